"""Identifiers: as they are offered, in the form in which they are compared, and as a customer has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.customers.identifiers import fingerprint, normalise

IdentifierKind = Literal["external_id", "card", "email", "phone"]

# One owner at a time. A phone is shared in households and offices, so it names nobody and two customers may have it.
EXCLUSIVE: frozenset[str] = frozenset({"external_id", "card", "email"})
LONGEST = 320
_FEWEST_DIGITS = 4
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")


class UnusableIdentifier(ValueError):
    """A value that can be no identifier of its kind; the text says why."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name by which somebody knows this customer. `normalised` is the form in which spellings are equal."""

    identifier_id: UUID
    customer_id: UUID
    kind: IdentifierKind
    value: str
    normalised: str
    fingerprint: str
    at: datetime
    by: str
    source: str | None = None
    verified: bool = False
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """What the directory knows of a fingerprint. `customer_id` is None after it was retired."""

    customer_id: UUID | None
    fingerprint: str
    generation: int
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfferedIdentifier:
    """An identifier that somebody offers, before it belongs to anybody."""

    kind: IdentifierKind
    value: str
    normalised: str
    fingerprint: str
    source: str | None = None
    verified: bool = False
    preferred: bool = False

    @property
    def exclusive(self) -> bool:
        """Whether at most one customer may have it."""
        return self.kind in EXCLUSIVE

    def of(self, customer_id: UUID, identifier_id: UUID, at: datetime, by: str) -> Identifier:
        """The identifier of that customer."""
        return Identifier(
            identifier_id=identifier_id,
            customer_id=customer_id,
            kind=self.kind,
            value=self.value,
            normalised=self.normalised,
            fingerprint=self.fingerprint,
            at=at,
            by=by,
            source=self.source,
            verified=self.verified,
            preferred=self.preferred,
        )


def read_identifier(
    key: str,
    kind: IdentifierKind,
    value: str,
    source: str | None = None,
    *,
    verified: bool = False,
    preferred: bool = False,
) -> OfferedIdentifier:
    """The identifier under the installation's `key`. Raises UnusableIdentifier."""
    text = value.strip()
    if not text or len(text) > LONGEST or "\x00" in text:
        raise UnusableIdentifier(f"must be 1 to {LONGEST} characters")
    if kind == "external_id" and not source:
        raise UnusableIdentifier("needs the storefront it comes from (source)")
    if kind == "email" and not _EMAIL.match(text):
        raise UnusableIdentifier("must be an e-mail address such as ada@example.test")
    normalised = normalise(kind, text, source)
    if kind == "phone" and sum(sign.isdigit() for sign in normalised) < _FEWEST_DIGITS:
        raise UnusableIdentifier("must be a phone number such as +44 20 7946 0000")
    # Only a storefront's own ids differ by source; one e-mail is one e-mail wherever it was typed.
    kept = source if kind == "external_id" else None
    return OfferedIdentifier(kind, text, normalised, fingerprint(key, kind, normalised), kept, verified, preferred)


def distinct(offered: Sequence[OfferedIdentifier]) -> list[OfferedIdentifier]:
    """Each identifier once; of two spellings the first."""
    return list({identifier.fingerprint: identifier for identifier in reversed(offered)}.values())[::-1]


def identifier_changes(before: Sequence[Identifier], after: Sequence[Identifier]) -> dict[str, dict[str, object]]:
    """Identifiers that came or went, for the history: {"identifiers": {"from": …, "to": …}}, or nothing."""
    old, new = _for_history(before), _for_history(after)
    gone = [old[fingerprint] for fingerprint in old if fingerprint not in new]
    come = [new[fingerprint] for fingerprint in new if fingerprint not in old]
    return {"identifiers": {"from": gone or None, "to": come or None}} if gone or come else {}


def _for_history(identifiers: Sequence[Identifier]) -> dict[str, dict[str, object]]:
    return {identifier.fingerprint: {"kind": identifier.kind, "value": identifier.value} for identifier in identifiers}
