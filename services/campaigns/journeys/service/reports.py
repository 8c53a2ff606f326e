"""What a journey did: per node as it is walked, per customer as it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.campaigns.journeys.domain.journey import Journey
from services.campaigns.journeys.domain.travellers import Place, Traveller, WrittenVisit
from services.campaigns.journeys.repository import reading, visits
from services.campaigns.journeys.service.journeys import get_journey
from services.campaigns.messages.service import reports
from services.campaigns.messages.service.reports import MessageReport
from shared.customers.merges import groups_of
from shared.database.transaction import Tx


@dataclass(slots=True)
class NodeReport:
    """How many came to a node and how they left it, by outcome and reason (`refused: no-consent`)."""

    arrived: int = 0
    left: Counter[str] = field(default_factory=Counter)

    @property
    def inside(self) -> int:
        """Who stands there now."""
        return self.arrived - sum(self.left.values())


@dataclass(slots=True)
class VersionReport:
    """One version: entries, why others did not enter, goals, ends by reason, and its nodes."""

    entered: int = 0
    goals: int = 0
    not_entered: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    nodes: dict[str, NodeReport] = field(default_factory=lambda: defaultdict(NodeReport))


@dataclass(frozen=True, slots=True)
class JourneyReport:
    """A journey, its versions, and what became of its messages. `adds_up`: whoever entered is inside or has ended."""

    journey: Journey
    versions: Mapping[int, VersionReport]
    messages: MessageReport

    @property
    def adds_up(self) -> bool:
        """Over all versions: entered = inside a node + ended; and the messages' own accounting."""
        entered = sum(version.entered for version in self.versions.values())
        ended = sum(sum(version.ended.values()) for version in self.versions.values())
        inside = sum(node.inside for version in self.versions.values() for node in version.nodes.values())
        return entered == ended + inside and self.messages.account.adds_up


async def report(tx: Tx, journey_id: UUID) -> JourneyReport:
    """The counts of one moment (one snapshot). Raises JourneyNotFound."""
    await tx.execute("set transaction isolation level repeatable read, read only")
    journey = await get_journey(tx, journey_id)
    versions: dict[int, VersionReport] = defaultdict(VersionReport)
    for key, count in (await visits.counts_of(tx, journey_id)).items():
        version = versions[key.version]
        if key.node == "":
            if key.what == "entered":
                version.entered += count
            elif key.what == "goal":
                version.goals += count
            elif key.what == "not-entered":
                version.not_entered[key.reason] += count
            else:
                version.ended[key.reason] += count
        elif key.what == "arrived":
            version.nodes[key.node].arrived += count
        else:
            version.nodes[key.node].left[f"{key.what}: {key.reason}" if key.reason else key.what] += count
    return JourneyReport(journey, dict(sorted(versions.items())), await reports.report_of(tx, journey_id))


async def list_travellers(
    tx: Tx, journey_id: UUID, *, after: UUID | None, node: str | None, place: Place | None, limit: int
) -> list[Traveller]:
    """A page of those who entered. Raises JourneyNotFound."""
    await get_journey(tx, journey_id)
    return await reading.page(tx, journey_id, after=after, node=node, place=place, limit=limit)


@dataclass(frozen=True, slots=True)
class Trip:
    """One run of a customer, with the name of the journey and every node that it left."""

    traveller: Traveller
    journey: str | None
    visits: Sequence[WrittenVisit]


async def trips_of(tx: Tx, customer_id: UUID, *, limit: int) -> list[Trip]:
    """The journeys of this customer, under any of their ids, the last entered first: where they went and why."""
    group = (await groups_of(tx, [customer_id]))[customer_id]
    found = await reading.of_customers(tx, group.members, limit=limit)
    names = await reading.names(tx, [traveller.journey_id for traveller in found])
    left: dict[UUID, list[WrittenVisit]] = defaultdict(list)
    for visit in await visits.visits_of(tx, group.members, [traveller.id for traveller in found]):
        left[visit.traveller_id].append(visit)
    return [Trip(traveller, names.get(traveller.journey_id), left[traveller.id]) for traveller in found]
