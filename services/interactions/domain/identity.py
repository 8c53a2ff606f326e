"""Who an event is about, and what is new about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson

from shared.contracts.inbound import CustomerRef, TraitValue
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import PRECEDENCE, choose_identifier, customer_id_of, fingerprint, normalise

TRAITS = "traits"


@dataclass(frozen=True, slots=True)
class Person:
    """How a publisher names a customer. `derived_from` is None when the publisher gave the id itself; `prints` holds
    the fingerprint of each identifier, in the order of `identifiers`."""

    customer_id: UUID | None
    identifiers: tuple[Identifier, ...]
    prints: tuple[str, ...]
    derived_from: Identifier | None

    @property
    def deriving_print(self) -> str | None:
        """The fingerprint whose generation decides which customer this is."""
        if self.derived_from is None:
            return None
        return self.prints[self.identifiers.index(self.derived_from)]


def identifiers_of(customer: CustomerRef) -> list[Identifier]:
    """The identifiers in a publisher's reference."""
    found = []
    if customer.external_id is not None:
        found.append(Identifier(kind="external_id", value=customer.external_id.id, source=customer.external_id.source))
    if customer.card is not None:
        found.append(Identifier(kind="card", value=customer.card))
    if customer.email is not None:
        found.append(Identifier(kind="email", value=customer.email))
    if customer.phone is not None:
        found.append(Identifier(kind="phone", value=customer.phone))
    return found


def person_of(key: str, customer: CustomerRef) -> Person:
    """The person behind a reference, under the installation's key."""
    identifiers = tuple(identifiers_of(customer))
    return Person(
        customer_id=customer.customer_id,
        identifiers=identifiers,
        prints=tuple(fingerprint(key, one.kind, normalise(one.kind, one.value, one.source)) for one in identifiers),
        derived_from=None if customer.customer_id else choose_identifier(identifiers),
    )


def customer_of(key: str, person: Person, generations: Mapping[str, int]) -> tuple[UUID, int]:
    """The customer's id and the generation of the identifier it derives from (0 when it was given directly)."""
    if person.customer_id is not None:
        return person.customer_id, 0
    if person.derived_from is None:
        raise ValueError("the message names no customer")
    generation = generations.get(person.deriving_print or "", 0)
    return customer_id_of(key, person.derived_from, generation), generation


def marks_of(person: Person, traits: Mapping[str, TraitValue]) -> dict[str, bytes]:
    """What customers would learn from this message: slot -> digest. One slot for each identifier, one for the traits
    as a whole, so that a value that changes and changes back is told again."""
    marks = {mark: bytes.fromhex(mark)[:16] for mark in person.prints}
    if traits:
        packed = orjson.dumps(dict(traits), option=orjson.OPT_SORT_KEYS)
        marks[TRAITS] = hashlib.blake2b(packed, digest_size=16).digest()
    return marks


def is_news(marks: Mapping[str, bytes], known: Mapping[str, bytes]) -> bool:
    """True when customers has not been told all of `marks` already."""
    return any(known.get(slot) != digest for slot, digest in marks.items())


def possible_ids(key: str, customer: CustomerRef, generations: Mapping[str, int]) -> set[UUID]:
    """Every customer id that a reference has meant so far: an erased person is found in what was written before."""
    ids = {customer.customer_id} if customer.customer_id else set()
    person = person_of(key, customer)
    for identifier, mark in zip(person.identifiers, person.prints, strict=True):
        if identifier.kind in PRECEDENCE:
            ids |= {customer_id_of(key, identifier, g) for g in range(generations.get(mark, 0) + 1)}
    return ids
