"""What can go wrong when the local stack starts, said so that a person can act on it."""

from pathlib import Path


class CannotStart(RuntimeError):
    """A part of the local stack cannot start; the message says which, why, and where its log is."""


def tail(log: Path, lines: int = 25) -> str:
    """The last lines of a log, indented, for a message."""
    if not log.exists():
        return f"  (no log at {log})"
    return "\n".join(f"  | {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])
