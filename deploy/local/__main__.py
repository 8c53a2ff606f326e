"""Command line: `python -m deploy.local up`, `clean`, `lock`."""

import argparse
import os
import shlex
import shutil
import signal
import sys
import time
from pathlib import Path

from deploy.local.errors import CannotStart, tail
from deploy.local.jars import relock
from deploy.local.stack import Dsns, LocalStack
from deploy.local.state import occupant


def main() -> int:
    """Do what the command line says; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="run PostgreSQL, Valkey and Kafka until Ctrl-C")
    up.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    clean = commands.add_parser("clean", help="stop what runs in the folder or below it, and remove it")
    for command in (up, clean):
        command.add_argument("--folder", type=Path, default=Path(".local/stack" if command is up else ".local"))
    commands.add_parser("lock", help="resolve Kafka's jars again and write their checksums")
    args = parser.parse_args()
    if args.command == "lock":
        relock()
        return 0
    if args.command == "clean":
        return _clean(args.folder)
    try:
        return _up(LocalStack(args.folder, args.brokers))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


def _up(stack: LocalStack) -> int:
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, _: asked.append(signum))
    with stack:
        lines = _exports(stack.dsns)
        (stack.folder / "dsns.env").write_text(lines)
        print(lines, end="", flush=True)
        while not asked:
            for part in stack.parts:
                if not part.is_running:
                    print(f"{part.name} stopped by itself. {part.log}:\n{tail(part.log)}", file=sys.stderr)
                    return 1
            time.sleep(0.2)
    return 0


def _exports(dsns: Dsns) -> str:
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in dsns.environment().items())


def _clean(folder: Path) -> int:
    for lock in folder.rglob("lock"):
        pid = occupant(lock.parent)
        if pid is not None and not _end(pid, lock.parent):
            print(f"process {pid} uses {lock.parent} and does not stop", file=sys.stderr)
            return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _end(pid: int, folder: Path) -> bool:
    """Ask the process that holds the folder to stop; whether it let go of it within 30 s."""
    os.kill(pid, signal.SIGTERM)
    for _ in range(300):
        if occupant(folder) is None:
            return True
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(main())
