"""Mappings kept for the next file: under a name, or for files with the same headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.files.mapping import Mapped, plain_heading


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """What columns meant. Without a name it is that of the last import of a file with these headings."""

    name: str | None
    headings: str
    mapping: Mapped
    saved_at: datetime
    saved_by: str


def headings_of(columns: Sequence[str]) -> str:
    """The fingerprint of headings: equal for files of one kind, whatever their case, accents and signs."""
    return sha256("\n".join(map(plain_heading, columns)).encode()).hexdigest()
