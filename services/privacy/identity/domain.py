"""Who a request is about and which address it means: groups of customer ids, references, hashes of addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import choose_identifier, fingerprint, normalise

Address = tuple[str, str]
"""(fingerprint, channel): the keyed hash of an address and the channel on which it is used."""

_KIND_OF_CHANNEL = {"email": "email", "sms": "phone", "phone": "phone", "post": "postal"}
CHANNELS = tuple(_KIND_OF_CHANNEL)


@dataclass(frozen=True, slots=True)
class Group:
    """Every id of one customer (merges make aliases); `current` is the one that survives."""

    current: UUID
    members: tuple[UUID, ...]


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
        return cls(customer.customer_id, tuple(identifiers))

    @property
    def deriving(self) -> Identifier | None:
        """The identifier that derives the customer id; None when the id is given, or when none here may derive it."""
        return None if self.customer_id else choose_identifier(self.identifiers)

    @property
    def may_be_another_customers(self) -> bool:
        """A card or an e-mail derives an id only of those who gave no external id; of others it is one name of
        several, and the id that it derives is not theirs."""
        identifier = self.deriving
        return identifier is not None and identifier.kind != "external_id"


def identifier_fingerprint(key: str, identifier: Identifier) -> str:
    """The keyed hash under which the generation of an identifier is kept."""
    return fingerprint(key, identifier.kind, normalise(identifier.kind, identifier.value, identifier.source))


def address_fingerprint(key: str, channel: str, address: str) -> str:
    """The keyed hash of an address as used on a channel; spellings that mean the same address give the same hash."""
    kind = _KIND_OF_CHANNEL[channel]
    if kind == "postal":
        address = " ".join(address.casefold().split())
    return fingerprint(key, kind, normalise(kind, address))


def address_of(key: str, channel: str, address: str) -> Address:
    """An address as it is kept and looked up: its hash and the channel."""
    return address_fingerprint(key, channel, address), channel


def channels_of(kind: str) -> tuple[str, ...]:
    """The channels that use addresses of this kind (email, phone, postal)."""
    return tuple(channel for channel, used in _KIND_OF_CHANNEL.items() if used == kind)
