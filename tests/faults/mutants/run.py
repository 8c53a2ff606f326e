"""`python -m tests.faults.mutants.run <mutant> services.X.worker`: a process of the product with a fault planted."""

from __future__ import annotations

import runpy
import sys

from tests.faults.mutants.planted import PLANTED


def main() -> None:
    """Plant, then become the process."""
    mutant, module = sys.argv[1:3]
    PLANTED[mutant]()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
