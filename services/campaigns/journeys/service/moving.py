"""Move travellers whose step is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Contact
from services.campaigns.contacts.repository import contacts, groups
from services.campaigns.gate.service.knowledge import zone_of
from services.campaigns.journeys.domain.conditions import Facts
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.journey import Journey, JourneyState, Version
from services.campaigns.journeys.domain.steps import Sending, Turn, step
from services.campaigns.journeys.domain.terms import is_held_out_of, terms_id
from services.campaigns.journeys.domain.travellers import Place, Traveller
from services.campaigns.journeys.repository import journeys, travellers, visits
from services.campaigns.journeys.repository.visits import CountKey
from services.campaigns.messages.domain.ledger import NewMessage, Standing, message_id
from services.campaigns.messages.repository import enrolment, standings
from shared.customers.group import Group
from shared.database.transaction import Tx
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

STEPS = counter("journey_steps_total", "Nodes that travellers left, by how", ["outcome"])


@dataclass(frozen=True, slots=True)
class Roads:
    """What one transaction needs to know of journeys: each with the version that a traveller walks."""

    journeys: Mapping[UUID, Journey]
    versions: Mapping[tuple[UUID, int], Version]


@dataclass(slots=True)
class _Known:
    """What was read about a batch of travellers. Contacts and attributes by root, messages by their ids."""

    groups: Mapping[UUID, Group]
    contacts: Mapping[UUID, Contact]
    attributes: Mapping[UUID, Mapping[str, object]]
    standings: Mapping[UUID, Standing] = field(default_factory=dict)
    responses: Mapping[UUID, set[str]] = field(default_factory=dict)


async def move_due(tx: Tx, settings: Settings, size: int) -> int:
    """Up to `size` travellers whose step is due go on until they have to wait; returns how many were looked at.

    All in one transaction: where each stands, what it left behind, its message, the counts. So a step is taken once
    whoever dies in its midst.
    """
    due = await travellers.due(tx, size)
    if not due:
        return 0
    locked = await groups.lock_groups(tx, [customer_id for customer_id, _ in due])
    taken = await travellers.take(tx, [key for key in due if key[0] in locked])
    await walk(tx, settings, taken, {traveller.customer_id: locked[traveller.customer_id] for traveller in taken})
    return len(due)


async def walk(tx: Tx, settings: Settings, taken: Sequence[Traveller], found: Mapping[UUID, Group]) -> None:
    """These travellers, who are locked, take their steps."""
    if not taken:
        return
    roads = Roads(
        await journeys.find_many(tx, sorted({traveller.journey_id for traveller in taken})),
        await journeys.find_versions(tx, sorted({(traveller.journey_id, traveller.version) for traveller in taken})),
    )
    known = await _read(tx, taken, found, roads)
    turns = [(traveller, _turn(tx, settings, traveller, roads, known)) for traveller in taken]
    await _store(tx, turns, roads)


async def _read(tx: Tx, taken: Sequence[Traveller], found: Mapping[UUID, Group], roads: Roads) -> _Known:
    segments = {segment for version in roads.versions.values() for segment in version.definition.segments}
    about = await contacts.contacts_of(tx, found.values(), sorted(segments))
    known = _Known(found, about, await contacts.attributes_of(tx, sorted(about)))
    wanted = [
        message_key(traveller, step_name)
        for traveller in taken
        if (version := roads.versions.get((traveller.journey_id, traveller.version))) is not None
        for step_name in _asked(traveller, version.definition)
    ]
    if wanted:
        members = sorted({member for group in found.values() for member in group.members})
        known.standings = await standings.standings(tx, members, wanted)
        if any(version.definition.asked_steps for version in roads.versions.values()):
            known.responses = await standings.responses_to(tx, members, wanted)
    return known


def _asked(traveller: Traveller, definition: Definition) -> set[str]:
    """The sending nodes about which a step of this traveller may ask."""
    asked = set(definition.asked_steps) if traveller.steps else set()
    return asked | {traveller.node} if traveller.place is Place.SENDING else asked


def _turn(tx: Tx, settings: Settings, traveller: Traveller, roads: Roads, known: _Known) -> Turn:
    journey = roads.journeys.get(traveller.journey_id)
    version = roads.versions.get((traveller.journey_id, traveller.version))
    if journey is None or version is None:
        return _stuck(tx, traveller, "version-gone")
    group = known.groups[traveller.customer_id]
    contact = known.contacts[group.root]
    asked = {name: message_key(traveller, name) for name in _asked(traveller, version.definition)}
    facts = Facts(
        segments=contact.segments,
        attributes=known.attributes.get(group.root, {}),
        outcomes={name: known.standings[key] for name, key in asked.items() if key in known.standings},
        responses={name: frozenset(known.responses.get(key, ())) for name, key in asked.items()},
        erased=contact.erased,
        skipping=journey.state is JourneyState.PAUSED,
    )
    zone = zone_of(contact.time_zone, settings.default_time_zone)
    try:
        return step(
            traveller,
            version.definition,
            journey.salt,
            facts,
            zone,
            tx.now,
            not_before=journey.running_since if journey.state is JourneyState.RUNNING else None,
        )
    except Exception:
        # One traveller over whom the rules' code breaks must not hold up the others.
        log.exception("step_failed", traveller_id=str(traveller.id), journey_id=str(traveller.journey_id))
        return _stuck(tx, traveller, "internal-error")


def _stuck(tx: Tx, traveller: Traveller, reason: str) -> Turn:
    turn = Turn(traveller)
    turn.leave_early(tx.now, reason)
    return turn


async def _store(tx: Tx, turns: Sequence[tuple[Traveller, Turn]], roads: Roads) -> None:
    messages = [(before, _message(before, turn.sending, roads)) for before, turn in turns if turn.sending is not None]
    added = await enrolment.add_messages(tx, [message for _, message in messages])
    # Known already: the ledger was ahead of a restored traveller. It may have ended, and wakes nobody any more.
    ended = await _ended_before(tx, messages) if added < len(messages) else set()
    await travellers.save(tx, [_placed(tx, turn, ended) for _, turn in turns])
    await visits.add(tx, [(before, turn.visits) for before, turn in turns])
    counts: Counter[CountKey] = Counter()
    left: Counter[str] = Counter()
    for before, turn in turns:
        own = before.journey_id, before.version
        counts.update(CountKey(*own, node, "arrived") for node in turn.arrivals)
        counts.update(CountKey(*own, visit.node, visit.outcome, visit.reason or "") for visit in turn.visits)
        left.update(visit.outcome for visit in turn.visits)
        if turn.traveller.place is Place.ENDED:
            counts[CountKey(*own, "", "ended", turn.traveller.end_reason or "")] += 1
    await visits.count(tx, counts)
    for outcome, number in left.items():
        label = outcome if outcome in _LABELLED else "chosen"
        tx.after_commit(partial(STEPS.labels(label).inc, number))


_LABELLED = frozenset(
    {
        "handed_over",
        "refused",
        "failed",
        "unknown",
        "skipped",
        "waited",
        "met",
        "timed-out",
        "no-date",
        "exited",
        "left",
    }
)


async def _ended_before(tx: Tx, messages: Sequence[tuple[Traveller, NewMessage]]) -> set[UUID]:
    ids = {message_key(before, message.step, message.channel): before.id for before, message in messages}
    found = await standings.standings(tx, [before.customer_id for before, _ in messages], sorted(ids))
    return {ids[key] for key, standing in found.items() if standing.state not in ("waiting", "claimed")}


def _placed(tx: Tx, turn: Turn, ended: set[UUID]) -> tuple[Traveller, UUID | None]:
    traveller = turn.traveller
    if traveller.place is not Place.SENDING:
        return traveller, None
    if traveller.id in ended:
        traveller = replace(traveller, due_at=tx.now)
    return traveller, message_key(traveller, traveller.node)


def _message(before: Traveller, sending: Sending | None, roads: Roads) -> NewMessage:
    assert sending is not None, "asked only of those who send"
    journey, version = roads.journeys[before.journey_id], roads.versions[before.journey_id, before.version]
    held_out = is_held_out_of(journey, version.definition, before.seed)
    return NewMessage(
        customer_id=before.customer_id,
        campaign_id=before.journey_id,
        entry_id=before.entry_id,
        step=sending.node,
        channel=sending.send.channel,
        purpose=version.definition.purpose,
        priority=sending.send.priority,
        expires_at=sending.expires_at,
        terms_id=terms_id(before.journey_id, before.version, sending.node, held_out=held_out),
        context=before.context,
    )


def message_key(traveller: Traveller, node: str, channel: str = "email") -> UUID:
    """The ledger's id of the traveller's message at this node."""
    return message_id(traveller.journey_id, traveller.entry_id, traveller.customer_id, node, channel)
