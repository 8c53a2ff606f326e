"""Run the command line: `python -m services.crm`, or `./crm` in a checkout."""

from services.crm.cli import app

if __name__ == "__main__":
    app(prog_name="crm")
