"""Suppression: addresses that must not be written to, known only by a keyed hash, whoever they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.privacy.identity.domain import Address, NamedAddress
from services.privacy.permits.domain import SERVICE_PURPOSE


class SuppressionReason(StrEnum):
    """Why an address is on the list."""

    UNSUBSCRIBED_ALL = "unsubscribed_all"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    MANUAL = "manual"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry of the list. `former`: from before addresses were hashed as they are today, when two people's addresses
    could have one hash."""

    fingerprint: str
    channel: str
    reason: SuppressionReason
    since: datetime
    recorded_by: str
    former: bool = False

    @property
    def address(self) -> Address:
        """Hash and channel."""
        return self.fingerprint, self.channel


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry that was taken off the list."""

    entry: Suppression
    removed_by: str
    removed_at: datetime


def concern(entries: Iterable[Suppression], address: NamedAddress, channel: str) -> list[Suppression]:
    """Those of the entries that are about this address: under today's hash, and what an older installation had put on
    the list under the hash of its days."""
    today, formerly = address.on(channel), address.formerly_on(channel)
    return [entry for entry in entries if entry.address == today or (entry.former and entry.address in formerly)]


# Set by what a person did or asked. Whoever takes these off decides over a person's wish, not over a list.
PROTECTED = frozenset({SuppressionReason.ERASED, SuppressionReason.COMPLAINED})

# Who wants no marketing, or was erased and came back as a buyer, still gets the receipt. An address that is dead, or
# that an officer put on the list, gets nothing.
_BLOCKS_SERVICE = frozenset({SuppressionReason.BOUNCED, SuppressionReason.MANUAL})


def blocks(reasons: Iterable[SuppressionReason], purpose: str) -> bool:
    """Does an address with these reasons get no message of this purpose?"""
    return any(purpose != SERVICE_PURPOSE or reason in _BLOCKS_SERVICE for reason in reasons)
