"""Suppression: addresses that must not be written to, known only by a keyed hash, whoever they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from shared.customers.identifiers import fingerprint, normalise

# A purpose that needs no consent: an order was sent, a case was solved.
SERVICE = "service"

_KIND_OF_CHANNEL = {"email": "email", "sms": "phone", "phone": "phone", "post": "postal"}
CHANNELS = tuple(_KIND_OF_CHANNEL)


class SuppressionReason(StrEnum):
    """Why an address is on the list."""

    UNSUBSCRIBED_ALL = "unsubscribed_all"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    MANUAL = "manual"
    ERASED = "erased"


# Who wants no marketing, or was erased and came back as a buyer, still gets the receipt. An address that is dead, or
# that an officer put on the list, gets nothing.
_BLOCKS_SERVICE = frozenset({SuppressionReason.BOUNCED, SuppressionReason.MANUAL})


def blocks(reasons: Iterable[SuppressionReason], purpose: str) -> bool:
    """Does an address with these reasons get no message of this purpose?"""
    return any(purpose != SERVICE or reason in _BLOCKS_SERVICE for reason in reasons)


def address_fingerprint(key: str, channel: str, address: str) -> str:
    """The keyed hash of an address as used on a channel; spellings that mean the same address give the same hash."""
    kind = _KIND_OF_CHANNEL[channel]
    if kind == "postal":
        address = " ".join(address.casefold().split())
    return fingerprint(key, kind, normalise(kind, address))


def channels_of(kind: str) -> tuple[str, ...]:
    """The channels that use addresses of this kind (email, phone, postal)."""
    return tuple(channel for channel, used in _KIND_OF_CHANNEL.items() if used == kind)
