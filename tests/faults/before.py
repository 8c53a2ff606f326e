"""The version before this one: unpacked from the repository's history, and run beside it.

`python -m tests.faults.before services.X.worker` becomes that process of the version that lies in CRM_BEFORE. Imports
nothing of either version, so that only one of them is ever loaded.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

MODULE = "tests.faults.before"
VARIABLE = "CRM_BEFORE"
# Names a commit or tag; without it, the newest tag, or what was there before the schema changed last.
CHOSEN = "CRM_VERSION_BEFORE"
_REPOSITORY = Path(__file__).parents[2]
_OURS = ("tests", "services", "shared", "deploy", "console")


class NoHistory(RuntimeError):
    """The version before is read from the repository, which is not here."""


def version_before() -> str:
    """The commit of the version before. Raises NoHistory."""
    if chosen := os.environ.get(CHOSEN):
        return chosen
    tagged = _git("describe", "--tags", "--abbrev=0", "HEAD^", check=False)
    if tagged:
        return tagged
    changed = _git("log", "-1", "--format=%H", "--", ":(glob)services/*/migrations/versions/0*.py")
    return _git("rev-parse", f"{changed}^")


def unpack(folder: Path) -> Path:
    """The version before lies in `folder`. Raises NoHistory."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", version_before()], cwd=_REPOSITORY, capture_output=True)
    if archive.returncode != 0:
        raise NoHistory(archive.stderr.decode())
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def _git(*words: str, check: bool = True) -> str:
    done = subprocess.run(["git", *words], cwd=_REPOSITORY, capture_output=True, text=True)
    if check and (done.returncode != 0 or not done.stdout.strip()):
        raise NoHistory(f"git {' '.join(words)}: {done.stderr.strip()}; name a commit in {CHOSEN}")
    return done.stdout.strip()


def main() -> None:
    """Become the process."""
    folder, module = os.environ[VARIABLE], sys.argv[1]
    for name in [name for name in sys.modules if name.split(".")[0] in _OURS]:
        del sys.modules[name]
    os.chdir(folder)
    sys.path[:] = [folder, *(place for place in sys.path if Path(place or ".").resolve() != _REPOSITORY)]
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
