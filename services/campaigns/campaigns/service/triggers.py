"""Find out who enters a campaign by the events of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from services.campaigns.campaigns.domain.campaign import FRESH, Campaign, OneOff
from services.campaigns.campaigns.domain.conditions import EventName
from services.campaigns.campaigns.domain.entries import Entry
from services.campaigns.campaigns.domain.fields import EVENT_FIELDS, LINE, MOST_LINES
from services.campaigns.campaigns.domain.trigger_index import TriggerIndex
from services.campaigns.campaigns.repository import campaigns
from shared.contracts.analytics import MembershipsChanged
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.interactions import ContactRecorded, PurchaseRecorded, ResponseRecorded, ReturnRecorded
from shared.database.transaction import Tx

Event = Envelope[Any]
T = TypeVar("T")

EVENTS: dict[type[Fact], EventName] = {
    PurchaseRecorded: "purchase",
    ReturnRecorded: "return",
    ContactRecorded: "contact",
    ResponseRecorded: "response",
}
TRIGGERING: tuple[type[Fact], ...] = (*EVENTS, MembershipsChanged)


class RunningCampaigns:
    """The triggers of all campaigns that may be entered, read again only when one of them has changed."""

    def __init__(self) -> None:
        self._fingerprint: tuple[int, int] | None = None
        self._index: TriggerIndex[Campaign] = TriggerIndex()

    async def current(self, tx: Tx) -> TriggerIndex[Campaign]:
        """The index as this transaction sees it."""
        fingerprint = await campaigns.enrolling_fingerprint(tx)
        if fingerprint != self._fingerprint:
            running = await campaigns.enrolling(tx) if fingerprint[0] else []
            self._index = TriggerIndex.of(
                (campaign.definition.trigger, campaign)
                for campaign in running
                if not isinstance(campaign.definition.trigger, OneOff)
            )
            self._fingerprint = fingerprint
        return self._index


_RUNNING = RunningCampaigns()


async def who_enters(tx: Tx, events: Sequence[Event]) -> list[Entry]:
    """Whoever meets a trigger. Only live events of the last 24 hours trigger anything: an import, a back-fill, a
    rebuild or a replay writes to nobody."""
    triggering = fresh(tx, events)
    if not triggering:
        return []
    index = await _RUNNING.current(tx)
    return [entry for event in triggering for entry in _entries(event, index)]


def fresh(tx: Tx, events: Sequence[Event]) -> list[Event]:
    """Those of these events by which somebody may enter: live ones of the last 24 hours."""
    return [event for event in events if event.origin is Origin.LIVE and event.time >= tx.now - FRESH]


def event_view(fact: Fact) -> dict[str, object]:
    """A fact's fields as conditions and templates see them; a basket's lines become lists."""
    view: dict[str, object] = {name: value for name, value in fact if name != "lines"}
    if isinstance(fact, PurchaseRecorded | ReturnRecorded):
        view["products"] = [line.product_id for line in fact.lines]
        view["categories"] = [line.category for line in fact.lines if line.category]
        view["departments"] = [line.department for line in fact.lines if line.department]
        view["brands"] = [line.brand for line in fact.lines if line.brand]
    return view


def context_of(event: Event) -> dict[str, object]:
    """What templates may use of the event: no identifiers of persons, no texts. Nothing of a changed membership."""
    name = EVENTS.get(type(event.data))
    if name is None:
        return {}
    given = {**dict(event.data), "time": event.time}
    names = {field.path.split(".")[1] for field in EVENT_FIELDS[name]}
    context = {key: value for key, value in given.items() if key in names and value is not None}
    if "lines[]" in names:
        lines = event.data.lines[:MOST_LINES]
        context["lines"] = [
            {part: value for part in LINE if (value := getattr(line, part)) is not None} for line in lines
        ]
    return context


def entered_by(event: Event, index: TriggerIndex[T]) -> Iterable[T]:
    """Whatever in the index this event lets somebody enter."""
    name = EVENTS.get(type(event.data))
    if name is not None:
        return index.happened(name, event_view(event.data))
    if isinstance(event.data, MembershipsChanged):
        return index.moved(
            (change.segment_id for change in event.data.entered), (change.segment_id for change in event.data.left)
        )
    return ()


def _entries(event: Event, index: TriggerIndex[Campaign]) -> list[Entry]:
    found = [
        campaign
        for campaign in entered_by(event, index)
        if campaign.started_at is not None and event.recorded_at >= campaign.started_at
    ]
    context = context_of(event) if found else {}
    return [Entry(campaign, event.subject, event.id, context) for campaign in found]
