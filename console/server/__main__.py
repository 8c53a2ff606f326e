"""The console as a process: `python -m console.server`."""

from console.server.app import create_console
from console.server.config import Settings
from shared.web import serve

if __name__ == "__main__":
    serve(create_console, Settings())
