"""Identifiers: as they are offered, in the form in which they are compared, and as a customer has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.interactions import Identifier as PublishedIdentifier
from shared.customers.identifiers import EXCLUSIVE, fingerprint
from shared.customers.spelling import SPELLING, former_normalise, names_nobody, normalise, strip_invisible
from shared.security.api_keys import Trust

IdentifierKind = Literal["external_id", "card", "email", "phone"]

LONGEST = 320
_FEWEST_DIGITS = 4
# So many imports may have stated an identifier at once; of more, the oldest can no longer be taken back for it.
_MOST_IMPORTS = 10
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")
_IMPORT = re.compile(r"^import:[0-9a-f]{8}-[0-9a-f-]{27}$")


class UnusableIdentifier(ValueError):
    """A value that can be no identifier of its kind; the text says why."""


def is_import(by: str) -> bool:
    """Whether an import stated this: what it stated can be taken back as a whole."""
    return by.startswith("import:") and _IMPORT.match(by) is not None


@dataclass(frozen=True, slots=True)
class Statement:
    """That somebody said whose an identifier is."""

    at: datetime
    by: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name by which somebody knows this customer. `normalised` is the form in which spellings are equal, `spelling`
    the version of the rules that made it; `trust` is the best of those who stated it. `statements` are who stated it,
    the first of them too, kept for as long as taking an import back may change anything about it."""

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
    trust: Trust = "server"
    spelling: int = SPELLING
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """What the directory knows of a fingerprint. `customer_id`, `kind` and `trust` are None after it was retired."""

    customer_id: UUID | None
    fingerprint: str
    generation: int
    retired_at: datetime | None
    kind: str | None = None
    trust: Trust | None = None


@dataclass(frozen=True, slots=True)
class Claiming:
    """That `customer_id` is to own an identifier of `kind`, as far as somebody of `trust` says; at `generation`, or at
    a higher one that it has reached already."""

    customer_id: UUID
    kind: str
    trust: Trust
    generation: int = 0


@dataclass(frozen=True, slots=True)
class OfferedIdentifier:
    """An identifier that somebody offers, before it belongs to anybody. `former` is its fingerprint by the former
    spelling, where that is another."""

    kind: IdentifierKind
    value: str
    normalised: str
    fingerprint: str
    source: str | None = None
    verified: bool = False
    preferred: bool = False
    trust: Trust = "server"
    former: str | None = None

    @property
    def published(self) -> PublishedIdentifier:
        """As other services write it."""
        return PublishedIdentifier(kind=self.kind, value=self.value, source=self.source)

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
            trust=self.trust,
        )

    def claim(self, customer_id: UUID, known: Mapping[str, Owner]) -> Claiming:
        """That this customer is to own it, as far as the directory knows its names."""
        return Claiming(customer_id, self.kind, self.trust, generation_of(self, known))


def read_identifier(
    key: str,
    kind: IdentifierKind,
    value: str,
    source: str | None = None,
    *,
    region: str = "",
    trust: Trust = "server",
    verified: bool = False,
    preferred: bool = False,
) -> OfferedIdentifier:
    """The identifier under the installation's `key`; `region` is that of phone numbers without a country.

    Raises UnusableIdentifier.
    """
    text = strip_invisible(value)
    if not text or len(text) > LONGEST or "\x00" in text:
        raise UnusableIdentifier(f"must be 1 to {LONGEST} characters")
    if kind == "external_id" and not source:
        raise UnusableIdentifier("needs the storefront it comes from (source)")
    if kind == "email" and not _EMAIL.match(text):
        raise UnusableIdentifier("must be an e-mail address such as ada@example.test")
    if names_nobody(kind, text):
        raise UnusableIdentifier("stands for a missing value and names nobody")
    normalised = normalise(kind, text, source, region)
    if kind == "email" and not normalised.rpartition("@")[2].isascii():
        raise UnusableIdentifier("has no domain name behind the @")
    if kind == "phone" and sum(sign.isdigit() for sign in normalised) < _FEWEST_DIGITS:
        raise UnusableIdentifier("must be a phone number such as +44 20 7946 0000")
    # Only a storefront's own ids differ by source; one e-mail is one e-mail wherever it was typed.
    kept = source if kind == "external_id" else None
    before = former_normalise(kind, text, source)
    former = None if before == normalised else fingerprint(key, kind, before)
    known_as = fingerprint(key, kind, normalised)
    return OfferedIdentifier(kind, text, normalised, known_as, kept, verified, preferred, trust, former)


def former_names(offered: Sequence[OfferedIdentifier]) -> list[str]:
    """The former fingerprints of those that are spelt otherwise now: of most installations none."""
    return [identifier.former for identifier in offered if identifier.former is not None]


def known_names(offered: Sequence[OfferedIdentifier]) -> list[str]:
    """The fingerprints under which something may be known of these identifiers, in any spelling."""
    return [*(identifier.fingerprint for identifier in offered), *former_names(offered)]


def generation_of(offered: OfferedIdentifier, known: Mapping[str, Owner]) -> int:
    """The generation that an identifier has reached, under any of its spellings."""
    return max((known[name].generation for name in known_names([offered]) if name in known), default=0)


def distinct(offered: Sequence[OfferedIdentifier]) -> list[OfferedIdentifier]:
    """Each identifier once; of two spellings the first."""
    return list({identifier.fingerprint: identifier for identifier in reversed(offered)}.values())[::-1]


def stated(held: Identifier, said: Statement) -> Identifier:
    """The identifier after somebody stated it (again)."""
    trust: Trust = "server" if "server" in (held.trust, said.trust) else "browser"
    known = held.statements or (Statement(held.at, held.by, held.trust),)
    if said.by in (statement.by for statement in known):
        same = [replace(one, trust=trust) if one.by == said.by and said.trust == "server" else one for one in known]
        return replace(held, trust=trust, statements=_needed(same))
    return replace(held, trust=trust, statements=_needed([*known, said]))


def unstated(held: Identifier, by: str) -> Identifier | None:
    """The identifier if `by`, an import, had stated nothing; None: then nobody has stated it."""
    left = [one for one in held.statements or (Statement(held.at, held.by, held.trust),) if one.by != by]
    if not left:
        return None
    trust: Trust = "server" if any(one.trust == "server" for one in left) else "browser"
    return replace(held, at=left[0].at, by=left[0].by, trust=trust, statements=_needed(left))


def _needed(known: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements, none where no import matters: one alone, or none of an import, or the word of a server first."""
    imported = [one for one in known if is_import(one.by)]
    first = known[0]
    if len(known) == 1 or not imported or (first.trust == "server" and not is_import(first.by)):
        return ()
    kept = [one for one in known if one not in imported[: len(imported) - _MOST_IMPORTS]] if imported else known
    return tuple(kept)


def identifier_changes(before: Sequence[Identifier], after: Sequence[Identifier]) -> dict[str, dict[str, object]]:
    """Identifiers that came or went, for the history: {"identifiers": {"from": …, "to": …}}, or nothing."""
    old, new = _for_history(before), _for_history(after)
    gone = [old[fingerprint] for fingerprint in old if fingerprint not in new]
    come = [new[fingerprint] for fingerprint in new if fingerprint not in old]
    return {"identifiers": {"from": gone or None, "to": come or None}} if gone or come else {}


def _for_history(identifiers: Sequence[Identifier]) -> dict[str, dict[str, object]]:
    return {identifier.fingerprint: {"kind": identifier.kind, "value": identifier.value} for identifier in identifiers}
