"""What somebody typed into the box, understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from services.customers.attributes.domain.definitions import Value

_MOST_WORDS = 6
_WORDS = re.compile(r"[^\s,;]+")
_PHONE = re.compile(r"^\+?[0-9 ()./-]{6,32}$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Each word must be found, in any order; a whole text that may be an identifier is looked for as one, too."""

    text: str
    words: tuple[str, ...]
    may_be_phone: bool

    @property
    def has_email(self) -> bool:
        """Whether an e-mail, or the beginning of one, was typed."""
        return "@" in self.text


@dataclass(frozen=True, slots=True)
class Limits:
    """Whom it may be: all of these must be so."""

    status: str | None = None
    kind: str | None = None
    country: str | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)


class Hit(NamedTuple):
    """A customer, and how well they match: 1 for an identifier, less for words."""

    customer_id: UUID
    score: float


def understood(text: str) -> Wanted:
    """The text as it is looked for."""
    plain = " ".join(text.split())
    words = tuple(word.casefold() for word in _WORDS.findall(plain)[:_MOST_WORDS])
    return Wanted(plain, words, _PHONE.match(plain) is not None)
