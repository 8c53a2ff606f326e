"""Dry-run a draft: who would get what, when, and who would be refused and why. Nothing is written or sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.contacts.repository import contacts, copies
from services.campaigns.gate.domain.rules import Deferred, Facts, Refused, judge
from services.campaigns.gate.service.knowledge import Knowledge, facts_of, read_knowledge, zone_of
from services.campaigns.journeys.domain.conditions import Facts as Known
from services.campaigns.journeys.domain.journey import Journey, JourneyState
from services.campaigns.journeys.domain.nodes import Send
from services.campaigns.journeys.domain.simulating import Rates, Travelled, travel
from services.campaigns.journeys.domain.terms import is_held_out_of, node_terms, terms_id
from services.campaigns.journeys.domain.travellers import Place, Traveller, traveller_id
from services.campaigns.journeys.service.reports import NodeReport
from services.campaigns.messages.domain.ledger import Message, Sent, Standing
from shared.customers.merges import groups_of
from shared.database.transaction import Tx

_CHUNK = 1_000
_NOBODY = UUID(int=0)
_SAMPLE_ADDRESS = "preview@example.test"
# The ways of the first few are told whole.
_TOLD = 5
# Longer is no quiet hour and no cap: what waits that often never goes.
_MOST_WAITS = 1_000


@dataclass(slots=True)
class Simulation:
    """What would come of it for so many customers, until so many days from now. Nodes count as in the report; `by_day`
    are messages handed over by day of the firm; `ways` are those of the first few."""

    customers: int = 0
    complete: bool = True
    nodes: dict[str, NodeReport] = field(default_factory=lambda: defaultdict(NodeReport))
    ended: Counter[str] = field(default_factory=Counter)
    by_day: Counter[str] = field(default_factory=Counter)
    ways: dict[UUID, Travelled] = field(default_factory=dict)


async def simulate(
    tx: Tx, settings: Settings, journey: Journey, segment_id: UUID, *, rates: Rates, days: int, most: int
) -> Simulation:
    """The members of a segment walk the journey's draft as if they entered now, and what is known of them stayed as it
    is: the same step as live, the gate's rules at the virtual instant, with caps that count what the simulation sends.
    """
    simulation = Simulation()
    seen: set[UUID] = set()
    until = tx.now + timedelta(days=days)
    # As if it ran: neither its being a draft nor a pause is what is asked about.
    running = replace(journey, state=JourneyState.RUNNING)
    async for members in copies.members_of(tx, segment_id, _CHUNK, most):
        simulation.complete = simulation.customers + len(members) < most
        await _walk_all(tx, settings, running, members, seen, rates, until, simulation)
    return simulation


async def _walk_all(
    tx: Tx,
    settings: Settings,
    journey: Journey,
    members: Sequence[UUID],
    seen: set[UUID],
    rates: Rates,
    until: datetime,
    simulation: Simulation,
) -> None:
    definition = journey.draft
    found = await groups_of(tx, members)
    given = {
        terms_id(journey.id, 0, name, held_out=held): node_terms(journey, definition, send, held_out=held)
        for name, send in definition.sends
        for held in (False, True)
    }
    about = await read_knowledge(tx, found, set(), given=given)
    about = replace(about, board=replace(about.board, halted=False))
    roots = sorted({group.root for group in found.values()} - seen)
    attributes = await contacts.attributes_of(tx, roots)
    steps_segments = await contacts.contacts_of(tx, found.values(), sorted(definition.segments))
    for customer_id in members:
        root = found[customer_id].root
        if root in seen:
            continue
        seen.add(root)
        known = Known(segments=steps_segments[root].segments, attributes=attributes.get(root, {}))
        gate = _Gate(tx, settings, journey, about, customer_id)
        zone = zone_of(about.contacts[root].time_zone, settings.default_time_zone)
        newcomer = _newcomer(journey, customer_id, root, tx.now)
        way = travel(newcomer, definition, journey.salt, known, zone, gate.judged, rates, until)
        _count(simulation, settings, definition.start, customer_id, way)


def _newcomer(journey: Journey, customer_id: UUID, root: UUID, now: datetime) -> Traveller:
    return Traveller(
        id=traveller_id(journey.id, journey.run_id, customer_id, ""),
        customer_id=customer_id,
        journey_id=journey.id,
        version=0,
        entry_id=journey.run_id,
        key="",
        seed=root,
        node=journey.draft.start,
        place=Place.READY,
        since=now,
        due_at=now,
        entered_at=now,
    )


def _count(simulation: Simulation, settings: Settings, start: str, customer_id: UUID, way: Travelled) -> None:
    simulation.customers += 1
    zone = zone_of(None, settings.default_time_zone)
    for visit in way.visits:
        node = simulation.nodes[visit.node]
        node.arrived += 1
        node.left[f"{visit.outcome}: {visit.reason}" if visit.reason else visit.outcome] += 1
        if visit.outcome == "handed_over":
            simulation.by_day[visit.left_at.astimezone(zone).date().isoformat()] += 1
    if way.standing is not None:
        simulation.nodes[way.standing].arrived += 1
    else:
        simulation.ended[way.end_reason or "completed"] += 1
    if len(simulation.ways) < _TOLD:
        simulation.ways[customer_id] = way


class _Gate:
    """The gate for one customer at virtual instants; what it lets through counts for the caps of what follows."""

    def __init__(self, tx: Tx, settings: Settings, journey: Journey, about: Knowledge, customer_id: UUID) -> None:
        self._tx, self._settings, self._journey, self._about = tx, settings, journey, about
        self._customer_id = customer_id
        self._root = about.groups[customer_id].root
        self._sent = list(about.sent[self._root])
        self._held_out = is_held_out_of(journey, journey.draft, self._root)

    def judged(self, name: str, send: Send, at: datetime, expires_at: datetime) -> Standing:
        """What becomes of the message: at once, or when what it waits for is over, or too late."""
        facts = self._facts(name, send, expires_at)
        for _ in range(_MOST_WAITS):
            verdict = judge(replace(facts, now=at, sent=tuple(self._sent)))
            if isinstance(verdict, Refused):
                return Standing("refused", verdict.reason, at)
            if send.channel in self._about.contacts[self._root].suppressed:
                return Standing("refused", "suppressed", at)
            if isinstance(verdict, Deferred):
                at = verdict.until or expires_at
                continue
            self._sent.append(Sent(at, self._journey.id, self._journey.draft.purpose))
            return Standing("handed_over", None, at)
        return Standing("refused", "too-late", expires_at)

    def _facts(self, name: str, send: Send, expires_at: datetime) -> Facts:
        definition = self._journey.draft
        contact = self._about.contacts[self._root]
        message = Message(
            id=_NOBODY,
            customer_id=self._customer_id,
            campaign_id=self._journey.id,
            entry_id=self._journey.run_id,
            terms_id=terms_id(self._journey.id, 0, name, held_out=self._held_out),
            step=name,
            channel=send.channel,
            expires_at=expires_at,
            attempts=0,
            deferred_for=None,
            context={},
        )
        card = Card(self._customer_id, _SAMPLE_ADDRESS)
        facts = facts_of(self._tx, self._settings, message, self._about, card=card, sent=self._sent)
        scope = definition.purpose, send.channel
        return replace(
            facts,
            consent_denied=definition.is_marketing and scope not in contact.granted,
            has_address=send.channel in contact.reachable,
            attempts=1_000,
            address_allowed=True,
        )
