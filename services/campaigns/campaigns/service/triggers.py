"""Find out who enters a campaign by the events of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from services.campaigns.campaigns.domain.campaign import FRESH, Campaign, EventTrigger, SegmentTrigger
from services.campaigns.campaigns.domain.conditions import EventName, all_hold
from services.campaigns.campaigns.domain.entries import Entry
from services.campaigns.campaigns.domain.fields import EVENT_FIELDS, LINE, MOST_LINES
from services.campaigns.campaigns.repository import campaigns
from shared.contracts.analytics import MembershipsChanged
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.interactions import ContactRecorded, PurchaseRecorded, ResponseRecorded, ReturnRecorded
from shared.database.transaction import Tx

Event = Envelope[Any]

_EVENTS: dict[type[Fact], EventName] = {
    PurchaseRecorded: "purchase",
    ReturnRecorded: "return",
    ContactRecorded: "contact",
    ResponseRecorded: "response",
}
TRIGGERING: tuple[type[Fact], ...] = (*_EVENTS, MembershipsChanged)


async def who_enters(tx: Tx, events: Sequence[Event]) -> list[Entry]:
    """Whoever meets a trigger. Only live events of the last 24 hours trigger anything: an import, a back-fill, a
    rebuild or a replay writes to nobody."""
    fresh = [event for event in events if event.origin is Origin.LIVE and event.time >= tx.now - FRESH]
    if not fresh:
        return []
    running = await campaigns.enrolling(tx)
    return [entry for event in fresh for entry in _entries(event, running)] if running else []


def event_view(fact: Fact) -> dict[str, object]:
    """A fact's fields as conditions and templates see them; a basket's lines become lists."""
    view: dict[str, object] = {name: value for name, value in fact if name != "lines"}
    if isinstance(fact, PurchaseRecorded | ReturnRecorded):
        view["products"] = [line.product_id for line in fact.lines]
        view["categories"] = [line.category for line in fact.lines if line.category]
        view["departments"] = [line.department for line in fact.lines if line.department]
        view["brands"] = [line.brand for line in fact.lines if line.brand]
    return view


def _entries(event: Event, running: Iterable[Campaign]) -> list[Entry]:
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
            context = _context(event, name) if name is not None else {}
            found.append(Entry(campaign, event.subject, event.id, context))
    return found


def _moved(trigger: SegmentTrigger, data: MembershipsChanged) -> bool:
    changes = data.entered if trigger.kind == "segment_entered" else data.left
    return any(change.segment_id == trigger.segment_id for change in changes)


def _context(event: Event, name: EventName) -> dict[str, object]:
    """What templates may use of the event: no identifiers of persons, no texts."""
    given = {**dict(event.data), "time": event.time}
    names = {field.path.split(".")[1] for field in EVENT_FIELDS[name]}
    context = {key: value for key, value in given.items() if key in names and value is not None}
    if "lines[]" in names:
        lines = event.data.lines[:MOST_LINES]
        context["lines"] = [
            {part: value for part in LINE if (value := getattr(line, part)) is not None} for line in lines
        ]
    return context
