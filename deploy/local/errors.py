"""What can go wrong when the local stack starts, in words that a person can act on."""

from pathlib import Path


class CannotStart(RuntimeError):
    """A part of the local stack cannot start; the message names it, the cause, and its log."""


def tail(log: Path, lines: int = 25) -> str:
    """The last lines of a log, indented, for a message."""
    if not log.exists():
        return f"  (no log at {log})"
    return "\n".join(f"  | {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])
