"""What a publisher states about somebody, sorted: addresses, values that fit, values kept until they are defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Self

from services.customers.attributes.domain.definitions import Definitions, Value
from services.customers.identifiers.domain import OfferedIdentifier
from services.customers.profiles.domain.claims import STATUS, Claim
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.domain.fitting import classify

# A record that some publisher fills with documents must stay readable: what passes this bound is left out.
MAX_LENGTH = 10_000
# How publishers' SDKs call the same things.
SYNONYMS = MappingProxyType(
    {
        "first_name": "given_name",
        "firstname": "given_name",
        "firstName": "given_name",
        "last_name": "family_name",
        "lastname": "family_name",
        "lastName": "family_name",
        "birthday": "birth_date",
        "birthdate": "birth_date",
        "gender": "sex",
        "timezone": "time_zone",
        "locale": "language",
        "postcode": "postal_code",
        "postalCode": "postal_code",
        "zip": "postal_code",
    }
)
Address = Literal["email", "phone"]
_ADDRESSES: Mapping[str, Address] = {"email": "email", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Traits:
    """`values` fit or are not defined yet; `unfit` are defined but of another form: kept, shown, never published."""

    values: Mapping[str, Claim] = field(default_factory=dict)
    unfit: Mapping[str, Claim] = field(default_factory=dict)
    addresses: tuple[tuple[Address, str], ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class Known:
    """What is known of a customer before the next observation: nothing at all, an e-mail."""

    nothing: bool
    has_email: bool

    @classmethod
    def of(cls, group: Group) -> Self:
        """What a group shows. A status comes from purchases: it says nothing of who somebody is."""
        stated = {name for member in group.members for name in (*member.claims, *member.unfit)}
        return cls(
            nothing=not group.identifiers and stated <= {STATUS},
            has_email=any(held.kind == "email" for held in group.identifiers),
        )


def believed(offered: OfferedIdentifier, deriving: str | None, known: Known) -> bool:
    """Whether a customer may have an identifier because somebody says so.

    A server is believed. A browser's word names nobody more than it must: by the identifier that says who is meant, by
    a first e-mail, and somebody who is quite unknown by a phone. Whoever reads a page can send anything in its name.
    """
    if offered.trust == "server" or offered.fingerprint == deriving:
        return True
    if offered.kind == "email":
        return not known.has_email
    return offered.kind == "phone" and known.nothing


def read_traits(
    traits: Mapping[str, Value], definitions: Definitions, at: datetime, by: str, *, trusted: bool = True
) -> Traits:
    """Sort what `by` stated at `at`. Never refuses: a publisher's event is not lost for an odd trait.

    Values of more than MAX_LENGTH characters are left out, and named.
    """
    values: dict[str, Claim] = {}
    unfit: dict[str, Claim] = {}
    addresses: list[tuple[Address, str]] = []
    left_out: list[str] = []
    for spelt, value in traits.items():
        name = SYNONYMS.get(spelt, spelt)
        if _length(value) > MAX_LENGTH:
            left_out.append(name)
            continue
        if isinstance(value, str) and (kind := _ADDRESSES.get(name)) is not None:
            addresses.append((kind, value))
            continue
        claim, fits = classify(name, Claim(value, at, by, trusted), definitions)
        (values if fits else unfit)[name] = claim
    return Traits(values, unfit, tuple(addresses), tuple(left_out))


def _length(value: Value) -> int:
    if isinstance(value, list):
        return sum(len(text) + 1 for text in value)
    return len(value) if isinstance(value, str) else 0
