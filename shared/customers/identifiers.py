"""Derive a customer's id from an identifier: every service computes the same one, without asking another."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from shared.contracts.interactions import Identifier
from shared.customers.spelling import former_normalise, names_nobody, normalise
from shared.ids import digest_id

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
# Of these only signs that nobody sees were once spelt otherwise.
_SPELT_ALIKE = frozenset({"external_id", "card"})


def fingerprint(key: str, kind: str, normalised: str) -> str:
    """Keyed hash (HMAC-SHA-256, hex) by which an identifier is known where it must not be stored."""
    return _digest(key, "fingerprint", kind, normalised).hex()


def fingerprints_of(key: str, identifier: Identifier, region: str = "") -> tuple[str, ...]:
    """The fingerprint of an identifier, and behind it the one of its former spelling where that was another.

    Owners are told by the first alone. Refusals (suppressions) and generations of an installation with data may stand
    under either, so they are looked for under both; of generations the highest holds.
    """
    kind, value, source = identifier.kind, identifier.value, identifier.source
    current = normalise(kind, value, source, region)
    if kind in _SPELT_ALIKE and _is_plain(value) and _is_plain(source or ""):
        return (fingerprint(key, kind, current),)
    former = former_normalise(kind, value, source)
    spellings = (current,) if former == current else (current, former)
    return tuple(fingerprint(key, kind, spelt) for spelt in spellings)


def customer_id_of(key: str, identifier: Identifier, generation: int = 0) -> UUID:
    """The customer id that an identifier derives, under the installation's key (never rotated).

    `generation` is raised when an identifier was erased, so that who comes back is somebody new. UUID version 8.
    """
    value = normalise(identifier.kind, identifier.value, identifier.source)
    return digest_id(_digest(key, "customer", identifier.kind, value, str(generation)))


def former_customer_id_of(key: str, identifier: Identifier, generation: int = 0) -> UUID:
    """The id that an identifier derived in the first release: for most the same as `customer_id_of`."""
    value = former_normalise(identifier.kind, identifier.value, identifier.source)
    return digest_id(_digest(key, "customer", identifier.kind, value, str(generation)))


def address_subject(key: str, kind: str, normalised: str) -> UUID:
    """The id under which an address itself is a subject of consent, whoever has it. UUID version 8.

    `kind` is email, phone or postal; `normalised` the form in which its spellings are equal.
    """
    return digest_id(_digest(key, "address", kind, normalised))


def visitor_subject(key: str, source: str, anonymous_id: str) -> UUID:
    """The id of a visitor of whom a storefront (`source`) knows an anonymous id only. UUID version 8."""
    return digest_id(_digest(key, "visitor", source, anonymous_id))


def choose_identifier(identifiers: Iterable[Identifier]) -> Identifier | None:
    """The identifier that derives the id, by PRECEDENCE; None when none may.

    One that names nobody (blank, `undefined`) derives nobody: everybody without an id in some storefront would become
    one customer.
    """
    offered = tuple(identifiers)
    for kind in PRECEDENCE:
        for identifier in offered:
            if identifier.kind == kind and not names_nobody(kind, identifier.value):
                return identifier
    return None


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _digest(key: str, *parts: str) -> bytes:
    keyed = _keyed(key).copy()
    keyed.update("\x00".join(parts).encode())
    return keyed.digest()


# Half of the time of a short HMAC is its key.
@lru_cache(8)
def _keyed(key: str) -> hmac.HMAC:
    return hmac.new(key.encode(), digestmod="sha256")
