"""Identifiers as they are offered, in the form in which they are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.customers.domain.customer import EXCLUSIVE, Identifier, IdentifierKind
from shared.customers.identifiers import fingerprint, normalise

LONGEST = 320
_FEWEST_DIGITS = 4
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")


class Unusable(ValueError):
    """A value that can be no identifier of its kind; the text says why."""


@dataclass(frozen=True, slots=True)
class Name:
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


def read_name(
    key: str,
    kind: IdentifierKind,
    value: str,
    source: str | None = None,
    *,
    verified: bool = False,
    preferred: bool = False,
) -> Name:
    """The identifier under the installation's `key`. Raises Unusable."""
    text = value.strip()
    if not text or len(text) > LONGEST or "\x00" in text:
        raise Unusable(f"must be 1 to {LONGEST} characters")
    if kind == "external_id" and not source:
        raise Unusable("needs the storefront it comes from (source)")
    if kind == "email" and not _EMAIL.match(text):
        raise Unusable("must be an e-mail address such as ada@example.test")
    normalised = normalise(kind, text, source)
    if kind == "phone" and sum(sign.isdigit() for sign in normalised) < _FEWEST_DIGITS:
        raise Unusable("must be a phone number such as +44 20 7946 0000")
    # Only a storefront's own ids differ by source; one e-mail is one e-mail wherever it was typed.
    kept = source if kind == "external_id" else None
    return Name(kind, text, normalised, fingerprint(key, kind, normalised), kept, verified, preferred)
