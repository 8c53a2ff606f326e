"""What campaigns does with what the others say: local copies first, then who enters a campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from services.campaigns.domain.campaign import FRESH, Campaign, EventTrigger, SegmentTrigger
from services.campaigns.domain.conditions import EventName, all_hold
from services.campaigns.domain.ledger import Entry
from services.campaigns.repository import campaigns, copies, groups
from services.campaigns.repository.copies import ConsentCopy, Flag, Heard, MembershipChange, ProfileCopy
from shared.contracts.analytics import MembershipsChanged
from shared.contracts.customers import CustomersMerged, MergeUndone, ProfileChanged
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.interactions import (
    ContactRecorded,
    ExposureRecorded,
    PurchaseRecorded,
    ResponseRecorded,
    ReturnRecorded,
)
from shared.contracts.privacy import ConsentChanged, RestrictionChanged, SuppressionChanged
from shared.database.transaction import Tx

Event = Envelope[Any]
R = TypeVar("R", ProfileCopy, ConsentCopy, Flag, MembershipChange)
K = TypeVar("K")

_EVENTS: dict[type[Fact], EventName] = {
    PurchaseRecorded: "purchase",
    ReturnRecorded: "return",
    ContactRecorded: "contact",
    ResponseRecorded: "response",
}
# What a template may say about the event that triggered it: no identifiers, no texts.
_CONTEXT = ("channel", "currency", "amount", "base_amount", "store", "order_id", "topic", "outcome", "kind", "link")


async def keep_copies(tx: Tx, events: Sequence[Event]) -> None:
    """The local copies say what these events say; one statement per table. Erased customers stay forgotten."""
    erased = await copies.tombstoned(tx, [event.subject for event in events])
    fresh = [event for event in events if event.subject not in erased]
    if profiles := _latest(fresh, ProfileChanged, _profile, lambda one: one.customer_id):
        await copies.save_profiles(tx, profiles)
    memberships = _latest_of(
        (change for event in fresh if isinstance(event.data, MembershipsChanged) for change in _memberships(event)),
        lambda one: (one.customer_id, one.segment_id),
    )
    if memberships:
        await copies.save_memberships(tx, memberships)
    if consents := _latest(fresh, ConsentChanged, _consent, lambda one: (one.customer_id, one.purpose, one.channel)):
        await copies.save_consents(tx, consents)
    if flags := _latest(fresh, RestrictionChanged, _restriction, lambda one: one.customer_id):
        await copies.save_restrictions(tx, flags)
    if marks := _latest(fresh, SuppressionChanged, _suppression, lambda one: (one.customer_id, one.channel)):
        await copies.save_suppressions(tx, marks)
    if heard := [one for event in fresh if (one := _response(event)) is not None]:
        await copies.save_responses(tx, heard)


async def follow_merges(tx: Tx, events: Sequence[Event]) -> None:
    """Aliases as `customers` says; said under both keys, so each comes twice."""
    for event in events:
        if isinstance(event.data, CustomersMerged | MergeUndone):
            await copies.save_alias(
                tx,
                merge_id=event.data.merge_id,
                old=event.data.absorbed,
                current=event.data.survivor,
                undone=isinstance(event.data, MergeUndone),
            )


async def who_enters(tx: Tx, events: Sequence[Event]) -> list[tuple[Campaign, Entry]]:
    """Whoever meets a trigger. Only live events of the last 24 hours trigger anything: an import, a back-fill, a
    rebuild or a replay writes to nobody."""
    fresh = [event for event in events if event.origin is Origin.LIVE and event.time >= tx.now - FRESH]
    fresh = [event for event in fresh if isinstance(event.data, MembershipsChanged) or type(event.data) in _EVENTS]
    if not fresh:
        return []
    running = await campaigns.enrolling(tx)
    return [pair for event in fresh for pair in _entries(event, running)] if running else []


async def lock_those_decided_about(tx: Tx, events: Sequence[Event], entering: Sequence[tuple[Campaign, Entry]]) -> None:
    """Everybody whose row this batch writes or decides by, at once and in one order: no two transactions can wait for
    each other. A merge locks both sides, so that a claim under way for one of them is counted for the other."""
    touched = {entry.customer_id for _, entry in entering}
    for event in events:
        if isinstance(event.data, ProfileChanged):
            touched.add(event.subject)
        elif isinstance(event.data, CustomersMerged | MergeUndone):
            touched |= {event.data.survivor, event.data.absorbed}
    if touched:
        found = await groups.groups_of(tx, touched)
        await groups.lock_customers(tx, [*touched, *(group.root for group in found.values())])


def _entries(event: Event, running: Iterable[Campaign]) -> list[tuple[Campaign, Entry]]:
    name = _EVENTS.get(type(event.data))
    view = event_view(event.data) if name is not None else {}
    found = []
    for campaign in running:
        if campaign.started_at is None or event.recorded_at < campaign.started_at:
            continue
        trigger = campaign.definition.trigger
        if isinstance(trigger, SegmentTrigger):
            meets = isinstance(event.data, MembershipsChanged) and _moved(trigger, event.data)
        else:
            meets = isinstance(trigger, EventTrigger) and trigger.event == name and all_hold(trigger.where, view)
        if meets:
            context = {key: view[key] for key in _CONTEXT if view.get(key) is not None}
            found.append((campaign, Entry(campaign.id, event.subject, event.id, context)))
    return found


def event_view(fact: Fact) -> dict[str, object]:
    """A fact's fields as conditions and templates see them; a basket's lines become lists."""
    view: dict[str, object] = {name: value for name, value in fact if name != "lines"}
    if isinstance(fact, PurchaseRecorded | ReturnRecorded):
        view["products"] = [line.product_id for line in fact.lines]
        view["categories"] = [line.category for line in fact.lines if line.category]
        view["departments"] = [line.department for line in fact.lines if line.department]
        view["brands"] = [line.brand for line in fact.lines if line.brand]
    return view


def _moved(trigger: SegmentTrigger, data: MembershipsChanged) -> bool:
    changes = data.entered if trigger.kind == "segment_entered" else data.left
    return any(change.segment_id == trigger.segment_id for change in changes)


def _memberships(event: Event) -> list[MembershipChange]:
    return [
        MembershipChange(event.subject, change.segment_id, member, event.version, change.at)
        for changes, member in ((event.data.left, False), (event.data.entered, True))
        for change in changes
    ]


def _profile(event: Event) -> ProfileCopy:
    data: ProfileChanged = event.data
    return ProfileCopy(event.subject, event.version, data.status, data.time_zone, data.language, data.reachable)


def _consent(event: Event) -> ConsentCopy:
    data: ConsentChanged = event.data
    return ConsentCopy(event.subject, data.purpose, data.channel, data.state, data.expires_at, event.version)


def _restriction(event: Event) -> Flag:
    return Flag(event.subject, event.data.restricted, event.version)


def _suppression(event: Event) -> Flag:
    return Flag(event.subject, event.data.active, event.version, event.data.channel)


def _response(event: Event) -> Heard | None:
    data = event.data
    if isinstance(data, ExposureRecorded):
        return Heard(event.subject, data.campaign_id, data.message_id, "exposed", "", event.time)
    if isinstance(data, ResponseRecorded) and data.campaign_id is not None and data.message_id is not None:
        return Heard(event.subject, data.campaign_id, data.message_id, data.kind, data.link or "", event.time)
    return None


def _latest(
    events: Iterable[Event], kind: type[Fact], read: Callable[[Event], R], key: Callable[[R], K]
) -> Mapping[K, R]:
    return _latest_of((read(event) for event in events if isinstance(event.data, kind)), key)


def _latest_of(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, R]:
    latest: dict[K, R] = {}
    for row in rows:
        known = latest.get(key(row))
        if known is None or known.version <= row.version:
            latest[key(row)] = row
    return latest
