"""Event handlers: copies of profiles, consents, suppressions, restrictions, memberships and aliases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.campaigns.contacts import service
from services.campaigns.contacts.domain.copies import (
    ComplaintCopy,
    ConsentCopy,
    Flag,
    MembershipChange,
    ProfileCopy,
    SegmentCopy,
    latest_by,
)
from services.campaigns.contacts.repository import copies
from shared.contracts.analytics import MembershipsChanged, SegmentChanged
from shared.contracts.customers import CustomerRetracted, CustomersMerged, MergeUndone, ProfileChanged
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import CaseChanged
from shared.contracts.privacy import ConsentChanged, RestrictionChanged, SuppressionChanged
from shared.customers.merges import record_merges
from shared.events.handlers import EventBatch, EventHandler, Phase

_CONSUMER = "campaigns"


async def name_merged(batch: EventBatch) -> None:
    """A merge locks both sides, so that a claim under way for one of them is counted for the other."""
    for event in batch.events:
        service.customers_of(batch).to_lock.update((event.data.survivor, event.data.absorbed))


async def name_changed_profiles(batch: EventBatch) -> None:
    """The row of a profile is the one that decisions about the customer lock."""
    service.customers_of(batch).to_lock.update(event.subject for event in batch.events)


async def take_locks(batch: EventBatch) -> None:
    """Those whom handlers of any capability named are locked."""
    await service.lock_named(batch.tx, service.customers_of(batch))


async def on_merges(batch: EventBatch) -> None:
    """Aliases follow merges and their undoing."""
    await record_merges(batch.tx, [event.data for event in batch.events])


async def find_erased(batch: EventBatch) -> None:
    """Who of the batch is erased, for every handler after this one."""
    customers = service.customers_of(batch)
    await service.find_erased(batch.tx, customers, [event.subject for event in batch.events])


async def on_profiles_changed(batch: EventBatch) -> None:
    """Profiles are copied; of a customer who was retracted nothing is left but the row that decisions lock."""
    rows = (_profile(event) for event in _living(batch))
    if profiles := latest_by(rows, lambda row: row.customer_id):
        await copies.save_profiles(batch.tx, profiles)


async def on_memberships_changed(batch: EventBatch) -> None:
    """Memberships are copied; within one event, leaving comes before entering."""
    rows = (
        MembershipChange(event.subject, change.segment_id, member, event.version, change.at)
        for event in _living(batch)
        for changes, member in ((event.data.left, False), (event.data.entered, True))
        for change in changes
    )
    if memberships := latest_by(rows, lambda row: (row.customer_id, row.segment_id)):
        await copies.save_memberships(batch.tx, memberships)


async def on_segments_changed(batch: EventBatch) -> None:
    """Segments are copied; the subject is the segment."""
    rows = (SegmentCopy(event.subject, event.data.name, event.data.state, event.version) for event in batch.events)
    if segments := latest_by(rows, lambda row: row.segment_id):
        await copies.save_segments(batch.tx, segments)


async def on_consents_changed(batch: EventBatch) -> None:
    """Consents are copied."""
    rows = (
        ConsentCopy(
            event.subject,
            event.data.purpose,
            event.data.channel,
            event.data.state,
            event.data.expires_at,
            event.version,
        )
        for event in _living(batch)
    )
    if consents := latest_by(rows, lambda row: (row.customer_id, row.purpose, row.channel)):
        await copies.save_consents(batch.tx, consents)


async def on_restrictions_changed(batch: EventBatch) -> None:
    """Restrictions are copied."""
    rows = (Flag(event.subject, event.data.restricted, event.version) for event in _living(batch))
    if flags := latest_by(rows, lambda row: row.customer_id):
        await copies.save_restrictions(batch.tx, flags)


async def on_suppressions_changed(batch: EventBatch) -> None:
    """Suppressions are copied."""
    rows = (Flag(event.subject, event.data.active, event.version, event.data.channel) for event in _living(batch))
    if flags := latest_by(rows, lambda row: (row.customer_id, row.channel)):
        await copies.save_suppressions(batch.tx, flags)


async def on_cases_changed(batch: EventBatch) -> None:
    """Complaints are copied: a policy may spare those who have an open one."""
    rows = (
        ComplaintCopy(event.data.case_id, event.subject, event.data.open_complaint, event.version)
        for event in _living(batch)
        if event.data.kind == "complaint"
    )
    if complaints := latest_by(rows, lambda row: row.case_id):
        await copies.save_complaints(batch.tx, complaints)


def _profile(event: Envelope[Any]) -> ProfileCopy:
    data = event.data
    if isinstance(data, CustomerRetracted):
        return ProfileCopy(event.subject, event.version, None, None, None, (), {})
    return ProfileCopy(
        event.subject, event.version, data.status, data.time_zone, data.language, data.reachable, data.attributes
    )


def _living(batch: EventBatch) -> Sequence[Envelope[Any]]:
    """Events about customers who are not erased: those who are stay forgotten."""
    erased = service.customers_of(batch).erased
    return [event for event in batch.events if event.subject not in erased]


# What fills the copies, without what else a batch does: a rebuild runs these.
REBUILDING = (
    EventHandler(_CONSUMER, Phase.IDENTITY, (CustomersMerged, MergeUndone), on_merges),
    EventHandler(_CONSUMER, Phase.COPIES, (), find_erased),
    EventHandler(_CONSUMER, Phase.COPIES, (ProfileChanged, CustomerRetracted), on_profiles_changed),
    EventHandler(_CONSUMER, Phase.COPIES, (MembershipsChanged,), on_memberships_changed),
    EventHandler(_CONSUMER, Phase.COPIES, (SegmentChanged,), on_segments_changed),
    EventHandler(_CONSUMER, Phase.COPIES, (ConsentChanged,), on_consents_changed),
    EventHandler(_CONSUMER, Phase.COPIES, (RestrictionChanged,), on_restrictions_changed),
)
HANDLERS = (
    EventHandler(_CONSUMER, Phase.SUBJECTS, (CustomersMerged, MergeUndone), name_merged),
    EventHandler(_CONSUMER, Phase.SUBJECTS, (ProfileChanged, CustomerRetracted), name_changed_profiles),
    EventHandler(_CONSUMER, Phase.LOCKS, (), take_locks),
    *REBUILDING,
    EventHandler(_CONSUMER, Phase.COPIES, (SuppressionChanged,), on_suppressions_changed),
    EventHandler(_CONSUMER, Phase.COPIES, (CaseChanged,), on_cases_changed),
)
