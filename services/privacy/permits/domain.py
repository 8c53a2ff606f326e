"""A permit: the question that it answers, the evidence that it keeps, and the reasons for giving none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from services.privacy.identity.domain import Address, NamedAddress, kind_of, known_as

SERVICE_PURPOSE = "service"
"""A purpose that needs no consent: an order was sent, a case was solved."""


class Reason(StrEnum):
    """Why a message may not go out."""

    NO_CONSENT = "no-consent"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    RESTRICTED = "restricted"
    ERASED = "erased"
    ADDRESS_CHANGED = "address-changed"
    """Consent was given for another address, and no server of the firm says that this one is the customer's."""
    PAUSED = "paused"
    """The person wants nothing for a while."""
    LESS_OFTEN = "less-often"
    """The person wants fewer messages of this purpose, and had one lately."""
    UNPROVEN = "unproven"
    """A grant was recorded, and nothing proves it. Shown where consent is looked at; a permit says `no-consent`."""
    ADDRESS_UNCONFIRMED = "address-unconfirmed"
    """A service message to an e-mail of which so far only a page or app said that it is the customer's. Ask again: it
    is permitted once a server of the firm says so, or a consent is recorded that names the address."""


@dataclass(frozen=True)
class Question:
    """One message that somebody means to send. `fingerprint` is the hash of the address, `formers` are those under
    which an older installation knew it, `second_selves` the ids that the address derives."""

    message_id: UUID
    customer_id: UUID
    purpose: str
    channel: str
    fingerprint: str
    formers: tuple[str, ...] = ()
    second_selves: tuple[UUID, ...] = ()
    # The address as lists without a key know it.
    sha256: str = ""

    @cached_property
    def to(self) -> NamedAddress:
        """The address to which it would go."""
        return NamedAddress(kind_of(self.channel), (self.fingerprint, *self.formers))

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Hashes and channel of that address, as they may stand on the suppression list, today's first."""
        return self.to.on(self.channel), *self.to.formerly_on(self.channel)


@dataclass(frozen=True, slots=True)
class Permit:
    """A yes. `versions` are the numbers of the latest change of each id in `covers`, as read under lock: no permit may
    hold a number equal to or above that of a withdrawal in force."""

    permit_id: UUID
    question: Question
    covers: tuple[UUID, ...]
    versions: tuple[int, ...]
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class PermittedMessage:
    """What the latest permit of a message says about it."""

    customer_id: UUID
    purpose: str
    channel: str
    fingerprint: str
    former: bool = False

    @property
    def address(self) -> Address:
        """Hash and channel of the address to which it was permitted."""
        return self.fingerprint, self.channel

    @property
    def to(self) -> NamedAddress:
        """The address to which it was permitted, as far as it is known. `former`: before addresses were hashed as they
        are today."""
        return known_as(self.fingerprint, self.channel, former=self.former)
