"""Who may be written to outside production."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase


def is_allowed(address: str, patterns: Sequence[str] | None) -> bool:
    """Whether `address` meets one of the patterns (`*@example.test`), ignoring case. None means production: all."""
    if patterns is None:
        return True
    return any(fnmatchcase(address.casefold(), pattern.casefold()) for pattern in patterns)
