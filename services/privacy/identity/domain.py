"""Who a request is about and which address it means: groups of customer ids, references, hashes of addresses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Literal, Self, cast
from uuid import UUID

from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import (
    choose_identifier,
    customer_id_of,
    fingerprint,
    fingerprints_of,
    former_customer_id_of,
)
from shared.ids import digest_id

Address = tuple[str, str]
"""(fingerprint, channel): the keyed hash of an address and the channel on which it is used."""

_KIND_OF_CHANNEL = {"email": "email", "sms": "phone", "phone": "phone", "post": "postal"}
CHANNELS = tuple(_KIND_OF_CHANNEL)
# Identifiers that are addresses too.
ADDRESS_KINDS = frozenset({"email", "phone"})
# Of these customers says who has them; a phone may be two people's.
OWNED_KINDS = frozenset({"email"})


@dataclass(frozen=True)
class NamedAddress:
    """An address that somebody named. `fingerprints` are its keyed hashes: that of today's normalisation first, then
    the one under which an older installation knew it, where that was another. In those days two people's addresses
    could have one hash (straße and strasse), so what stands under a former hash counts only if it was recorded then.

    `former`: the hash itself is from then, and the address behind it is not known."""

    kind: str
    fingerprints: tuple[str, ...]
    former: bool = False

    @property
    def fingerprint(self) -> str:
        """The hash under which new statements are kept."""
        return self.fingerprints[0]

    @cached_property
    def subjects(self) -> tuple[UUID, ...]:
        """The ids under which something may have been said about this address."""
        return tuple(subject_of(fingerprint) for fingerprint in self.fingerprints)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that use it."""
        return channels_of(self.kind)

    def on(self, channel: str) -> Address:
        """The address as it is kept on the suppression list of a channel."""
        return self.fingerprint, channel

    def formerly_on(self, channel: str) -> tuple[Address, ...]:
        """The address as an older installation kept it on that list."""
        return tuple((fingerprint, channel) for fingerprint in self.fingerprints[1:])


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has an address now: its owner, if customers named one; whether a server of the firm said so; and how often
    the address has changed hands (`generation`)."""

    owner: UUID | None = None
    trusted: bool = False
    generation: int = 0


NOBODY = Holder()


@dataclass(frozen=True, slots=True)
class Reference:
    """A customer as a caller names them: by id, or by identifiers with the usual precedence."""

    customer_id: UUID | None = None
    identifiers: tuple[Identifier, ...] = ()

    @classmethod
    def of(cls, customer: CustomerRef) -> Self:
        """What a request's body says about the customer."""
        identifiers = []
        if customer.external_id is not None:
            named = customer.external_id
            identifiers.append(Identifier(kind="external_id", value=named.id, source=named.source))
        if customer.card is not None:
            identifiers.append(Identifier(kind="card", value=customer.card))
        if customer.email is not None:
            identifiers.append(Identifier(kind="email", value=customer.email))
        if customer.phone is not None:
            identifiers.append(Identifier(kind="phone", value=customer.phone))
        return cls(customer.customer_id, tuple(identifiers))

    @property
    def deriving(self) -> Identifier | None:
        """The identifier that says who the customer is; None when the id is given, or when none here may say it."""
        return None if self.customer_id else choose_identifier(self.identifiers)

    @property
    def names_an_address_alone(self) -> bool:
        """Nothing here but an e-mail or a phone says who is meant."""
        return self.customer_id is None and all(found.kind in ADDRESS_KINDS for found in self.identifiers)


@dataclass(frozen=True, slots=True)
class Hashing:
    """How names become keyed hashes here: the installation's key, and the country of phone numbers without one."""

    key: str
    region: str = ""

    def hashes(self, identifier: Identifier) -> tuple[str, ...]:
        """The hash of an identifier, and behind it the one of its former spelling where that was another."""
        return fingerprints_of(self.key, identifier, self.region)

    def address(self, channel: str, text: str) -> NamedAddress:
        """An address as a caller writes it for a channel; spellings that mean the same address give the same hashes."""
        kind = kind_of(channel)
        if kind == "postal":
            return NamedAddress(kind, (fingerprint(self.key, kind, " ".join(text.casefold().split())),))
        return NamedAddress(kind, self.hashes(_identifier(kind, text)))

    def addresses(self, reference: Reference) -> tuple[NamedAddress, ...]:
        """The addresses that a caller named."""
        return tuple(
            NamedAddress(named.kind, self.hashes(named))
            for named in reference.identifiers
            if named.kind in ADDRESS_KINDS
        )

    def second_selves(self, email: str) -> tuple[UUID, ...]:
        """The ids that an e-mail derives. What was said by e-mail before addresses were subjects stands under them,
        also of customers who are known by another id."""
        identifier = _identifier("email", email)
        derived = (customer_id_of(self.key, identifier), former_customer_id_of(self.key, identifier))
        return tuple(dict.fromkeys(derived))


def _identifier(kind: str, value: str) -> Identifier:
    # Unchecked: an address may be longer than an identifier.
    return Identifier.model_construct(kind=cast(Literal["email", "phone"], kind), value=value, source=None)


def subject_of(address: str) -> UUID:
    """The id under which an address itself is a subject of consent, whoever has it, from its keyed hash. A UUID of
    version 8, so that no customer has it; from the hash, because links, permits and erasures know nothing else."""
    return digest_id(sha256(b"address\x00" + address.encode()).digest())


def known_as(address: str, channel: str, *, former: bool = False) -> NamedAddress:
    """An address of which only the hash is known (from a permit, a link)."""
    return NamedAddress(kind_of(channel), (address,), former)


def kind_of(channel: str) -> str:
    """The kind of address that a channel uses."""
    return _KIND_OF_CHANNEL[channel]


def channels_of(kind: str) -> tuple[str, ...]:
    """The channels that use addresses of this kind (email, phone, postal)."""
    return tuple(channel for channel, used in _KIND_OF_CHANNEL.items() if used == kind)
