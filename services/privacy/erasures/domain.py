"""A request to be erased, the receipts of every service, and the certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.privacy.identity.domain import Address, subject_of
from shared.contracts.topics import TOPICS

# Every service that may keep something about a customer; a certificate needs a clean receipt from each.
SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")
# GDPR article 12(3): one month; the shortest month would be 28 days, practice counts 30.
DEADLINE = timedelta(days=30)


class ErasureState(StrEnum):
    """`waiting` for the identity check, `running` until every receipt is clean, `completed`; or `rejected`, because the
    check failed."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """What a completed request came to. `unknown_subject`: every service looked and had nothing under these ids, so
    there is nothing to certify; the id may be mistyped. `erased_before`: nothing was left of an earlier erasure."""

    ERASED = "erased"
    UNKNOWN_SUBJECT = "unknown_subject"
    ERASED_BEFORE = "erased_before"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a service erased, store by store, and what it still found when it looked again."""

    service: str
    stores: Mapping[str, int]
    remaining: Mapping[str, int]
    received_at: datetime

    @property
    def clean(self) -> bool:
        """Nothing is left."""
        return not any(self.remaining.values())

    def after(self, earlier: Receipt | None) -> Receipt:
        """This receipt of a service that was asked again: what it erased counts together, what is left counts now."""
        if earlier is None:
            return self
        names = {**earlier.stores, **self.stores}
        stores = {name: earlier.stores.get(name, 0) + self.stores.get(name, 0) for name in names}
        return Receipt(self.service, stores, self.remaining, self.received_at)


@dataclass(frozen=True, slots=True)
class Certificate:
    """That it was done, and when the topics will have aged out too."""

    certificate_id: UUID
    issued_at: datetime
    stores: Mapping[str, Mapping[str, int]]
    topics_clean_at: Mapping[str, datetime]

    @property
    def log_clean_at(self) -> datetime:
        """When the last topic will have aged out."""
        return max(self.topics_clean_at.values())


@dataclass(frozen=True, slots=True)
class Erasure:
    """A request of a data subject to be erased, with what has become of it. `addresses` are (hash, channel) that must
    never be written to again; they go on the suppression list when the erasure runs, and are forgotten here when it is
    over. `second_selves` are ids that e-mails of the request derive: statements of former versions may lie there.

    The subject is a customer, or an address that nobody is known to have."""

    erasure_id: UUID
    customer_id: UUID
    aliases: tuple[UUID, ...]
    state: ErasureState
    requested_by: str
    requested_at: datetime
    due_at: datetime
    recorded_by: str
    addresses: tuple[Address, ...] = ()
    identity_checked_at: datetime | None = None
    asked_at: datetime | None = None
    asked: int = 0
    completed_at: datetime | None = None
    certificate: Mapping[str, object] | None = None
    receipts: tuple[Receipt, ...] = ()
    second_selves: tuple[UUID, ...] = ()
    identity_checked_by: str | None = None
    rejected_by: str | None = None
    outcome: Outcome | None = None

    @property
    def of_address(self) -> bool:
        """An address is erased, not a customer."""
        return self.customer_id in {subject_of(fingerprint) for fingerprint, _ in self.addresses}

    @property
    def held(self) -> bool:
        """The identity is checked, and a legal hold keeps it from running."""
        return self.state is ErasureState.WAITING and self.identity_checked_at is not None

    @property
    def members(self) -> tuple[UUID, ...]:
        """Every id to erase."""
        return (self.customer_id, *self.aliases)

    @property
    def missing(self) -> tuple[str, ...]:
        """The services without a clean receipt."""
        return missing(self.receipts)

    def overdue(self, now: datetime) -> bool:
        """The deadline has passed and it is not done, without a hold that explains it."""
        return not self.held and self.state in (ErasureState.WAITING, ErasureState.RUNNING) and self.due_at <= now


def missing(receipts: Sequence[Receipt]) -> tuple[str, ...]:
    """The services whose clean receipt is still missing."""
    clean = {receipt.service for receipt in receipts if receipt.clean}
    return tuple(service for service in SERVICES if service not in clean)


def outcome_of(receipts: Sequence[Receipt], *, before: bool) -> Outcome:
    """What clean receipts of all services come to; `before`: an earlier erasure of the same ids found something."""
    if any(count for receipt in receipts for count in receipt.stores.values()):
        return Outcome.ERASED
    return Outcome.ERASED_BEFORE if before else Outcome.UNKNOWN_SUBJECT


def certify(certificate_id: UUID, receipts: Sequence[Receipt], now: datetime) -> Certificate:
    """The certificate over clean receipts of all services. Raises ValueError when one is missing.

    A message may wait in an inbound topic for its whole retention before it becomes an event, which then stays for the
    retention of its own topic: so the event topics are clean after both.
    """
    if absent := missing(receipts):
        raise ValueError(f"no clean receipt from {', '.join(absent)}")
    waits = max(topic.retention_days for topic in TOPICS.values() if _inbound(topic.name))
    return Certificate(
        certificate_id=certificate_id,
        issued_at=now,
        stores={receipt.service: dict(receipt.stores) for receipt in receipts},
        topics_clean_at={
            topic.name: now + timedelta(days=topic.retention_days + (0 if _inbound(topic.name) else waits))
            for topic in TOPICS.values()
        },
    )


def _inbound(topic: str) -> bool:
    return topic.endswith("-inbound")
