"""Which customer a publisher's reference means, now and in the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import PRECEDENCE, choose_identifier, customer_id_of, fingerprint, normalise


@dataclass(frozen=True, slots=True)
class Person:
    """How a publisher names a customer. `derived_from` is None when the publisher gave the id itself; `fingerprints`
    has that of each identifier, in the order of `identifiers`."""

    customer_id: UUID | None
    identifiers: tuple[Identifier, ...]
    fingerprints: tuple[str, ...]
    derived_from: Identifier | None

    @property
    def deriving_fingerprint(self) -> str | None:
        """The fingerprint whose generation decides which customer this is."""
        if self.derived_from is None:
            return None
        return self.fingerprints[self.identifiers.index(self.derived_from)]


class Resolved(NamedTuple):
    """The customer of an event, and the generation of the identifier it derives from (0 when it was given directly)."""

    customer_id: UUID
    generation: int


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
        fingerprints=tuple(_fingerprint_of(key, identifier) for identifier in identifiers),
        derived_from=None if customer.customer_id else choose_identifier(identifiers),
    )


def customer_of(key: str, person: Person, generations: Mapping[str, int]) -> Resolved:
    """The customer that `person` is, when its identifiers are at these generations (0 when absent)."""
    if person.customer_id is not None:
        return Resolved(person.customer_id, 0)
    if person.derived_from is None:
        raise ValueError("the message names no customer")
    generation = generations.get(person.deriving_fingerprint or "", 0)
    return Resolved(customer_id_of(key, person.derived_from, generation), generation)


def possible_ids(key: str, customer: CustomerRef, generations: Mapping[str, int]) -> set[UUID]:
    """Every customer id that a reference has meant so far: an erased person is found in what was written before."""
    ids = {customer.customer_id} if customer.customer_id else set()
    person = person_of(key, customer)
    for identifier, known_as in zip(person.identifiers, person.fingerprints, strict=True):
        if identifier.kind in PRECEDENCE:
            newest = generations.get(known_as, 0)
            ids |= {customer_id_of(key, identifier, generation) for generation in range(newest + 1)}
    return ids


def _fingerprint_of(key: str, identifier: Identifier) -> str:
    return fingerprint(key, identifier.kind, normalise(identifier.kind, identifier.value, identifier.source))
