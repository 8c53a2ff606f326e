"""Derive a customer's id from an identifier: every service computes the same one, without asking another."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from uuid import UUID

from shared.contracts.interactions import Identifier
from shared.customers.spelling import former_normalise, names_nobody, normalise

__all__ = [
    "EXCLUSIVE",
    "PRECEDENCE",
    "address_subject",
    "choose_identifier",
    "customer_id_of",
    "fingerprint",
    "fingerprints_of",
    "former_customer_id_of",
    "former_normalise",
    "names_nobody",
    "normalise",
    "visitor_subject",
]

# An explicit customer_id wins over all of these. A phone number is shared too often to identify somebody.
PRECEDENCE = ("external_id", "card", "email")
# One owner at a time; two customers may have one phone.
EXCLUSIVE = frozenset(PRECEDENCE)


def fingerprint(key: str, kind: str, normalised: str) -> str:
    """Keyed hash (HMAC-SHA-256, hex) by which an identifier is known where it must not be stored."""
    return _digest(key, "fingerprint", kind, normalised).hex()


def fingerprints_of(key: str, identifier: Identifier, region: str = "") -> tuple[str, ...]:
    """The fingerprint of an identifier, and behind it the one of its former spelling where that was another.

    Owners are told by the first alone. Refusals (suppressions) and generations of an installation with data may stand
    under either, so they are looked for under both; of generations the highest holds.
    """
    kind, value, source = identifier.kind, identifier.value, identifier.source
    current, former = normalise(kind, value, source, region), former_normalise(kind, value, source)
    spellings = (current,) if former == current else (current, former)
    return tuple(fingerprint(key, kind, spelt) for spelt in spellings)


def customer_id_of(key: str, identifier: Identifier, generation: int = 0) -> UUID:
    """The customer id that an identifier derives, under the installation's key (never rotated).

    `generation` is raised when an identifier was erased, so that who comes back is somebody new. UUID version 8.
    """
    value = normalise(identifier.kind, identifier.value, identifier.source)
    return _uuid(_digest(key, "customer", identifier.kind, value, str(generation)))


def former_customer_id_of(key: str, identifier: Identifier, generation: int = 0) -> UUID:
    """The id that an identifier derived in the first release: for most the same as `customer_id_of`."""
    value = former_normalise(identifier.kind, identifier.value, identifier.source)
    return _uuid(_digest(key, "customer", identifier.kind, value, str(generation)))


def address_subject(key: str, kind: str, normalised: str) -> UUID:
    """The id under which an address itself is a subject of consent, whoever has it. UUID version 8.

    `kind` is email, phone or postal; `normalised` the form in which its spellings are equal.
    """
    return _uuid(_digest(key, "address", kind, normalised))


def visitor_subject(key: str, source: str, anonymous_id: str) -> UUID:
    """The id of a visitor of whom a storefront (`source`) knows an anonymous id only. UUID version 8."""
    return _uuid(_digest(key, "visitor", source, anonymous_id))


def choose_identifier(identifiers: Iterable[Identifier]) -> Identifier | None:
    """The identifier that derives the id, by PRECEDENCE; None when none may.

    One that names nobody (blank, `undefined`) derives nobody: everybody without an id in some storefront would become
    one customer.
    """
    offered = [identifier for identifier in identifiers if not names_nobody(identifier.kind, identifier.value)]
    for kind in PRECEDENCE:
        for identifier in offered:
            if identifier.kind == kind:
                return identifier
    return None


def _uuid(digest: bytes) -> UUID:
    raw = bytearray(digest[:16])
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(raw))


def _digest(key: str, *parts: str) -> bytes:
    return hmac.digest(key.encode(), "\x00".join(parts).encode(), "sha256")
