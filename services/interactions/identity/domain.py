"""Which customer a publisher's reference means, now and in the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import (
    choose_identifier,
    fingerprints_of,
    former_customer_id_of,
    visitor_subject,
)
from shared.customers.owners import Owner, customer_behind


@dataclass(frozen=True, slots=True)
class Person:
    """How a publisher names a customer. `derived_from` is None when the publisher gave the id itself; `fingerprints`
    has that of each identifier, in the order of `identifiers`; `names` has those by which `derived_from` is or was
    known, the present one first. `visitor` is under which id the anonymous id of their browser is kept."""

    customer_id: UUID | None
    identifiers: tuple[Identifier, ...]
    fingerprints: tuple[str, ...]
    derived_from: Identifier | None
    names: tuple[str, ...] = ()
    visitor: UUID | None = None

    @property
    def anonymous(self) -> bool:
        """Nothing but the anonymous id of a browser says who this is."""
        return self.customer_id is None and self.derived_from is None and self.visitor is not None


class Resolved(NamedTuple):
    """The customer of an event, and the generation of the identifier it derives from (0 when it was given directly).

    `formerly` is whom the identifier derived in its former spelling, when nobody is known to own it: that is who is
    meant, if anything was ever recorded so.
    """

    customer_id: UUID
    generation: int
    formerly: UUID | None = None


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
    names = [fingerprints_of(key, identifier) for identifier in identifiers]
    chosen = None if customer.customer_id else choose_identifier(identifiers)
    return Person(
        customer_id=customer.customer_id,
        identifiers=identifiers,
        fingerprints=tuple(known_as[0] for known_as in names),
        derived_from=chosen,
        names=() if chosen is None else names[identifiers.index(chosen)],
        visitor=None
        if customer.visitor is None
        else visitor_subject(key, customer.visitor.source, customer.visitor.id),
    )


def customer_of(
    key: str, person: Person, generations: Mapping[str, int], owners: Mapping[str, Owner] | None = None
) -> Resolved:
    """The customer that `person` is: the owner of the identifier that says who it is, else whom that one derives at
    its generation (0 when absent). Somebody anonymous is the visitor."""
    if person.customer_id is not None:
        return Resolved(person.customer_id, 0)
    if person.derived_from is None and person.visitor is not None:
        return Resolved(person.visitor, 0)
    if person.derived_from is None:
        raise ValueError("the message names no customer")
    known = owners or {}
    customer_id, generation = customer_behind(key, person.derived_from, person.names, known, generations)
    formerly = None
    # Who owns it under the former spelling is really spelt so, and somebody else.
    if len(person.names) > 1 and not any(name in known for name in person.names):
        before = generations.get(person.names[1], 0)
        formerly = former_customer_id_of(key, person.derived_from, before)
    return Resolved(customer_id, generation, formerly)
