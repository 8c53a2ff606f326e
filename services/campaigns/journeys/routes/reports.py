"""What a journey did, who travels, and the way of one customer."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.campaigns.routes.tools import SendingToolsDep
from services.campaigns.journeys.domain.travellers import Place
from services.campaigns.journeys.schemas.reports import JourneyReportOut, TravellerOut, TripOut
from services.campaigns.journeys.schemas.simulations import SimulateIn, SimulationOut
from services.campaigns.journeys.service import reports, simulating
from services.campaigns.journeys.service.journeys import get_journey
from shared.web import APIRouter, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(tags=["journeys"])

_READ = [requires("campaigns:read")]


@router.get("/journeys/{journey_id}/report", dependencies=_READ)
async def read_report(tx: TxDep, journey_id: UUID) -> JourneyReportOut:
    """By version and node: who came, who stands there, how the others left; and what became of the messages."""
    return JourneyReportOut.of(await reports.report(tx, journey_id))


@router.post("/journeys/{journey_id}/simulate", dependencies=_READ)
async def simulate(tx: TxDep, tools: SendingToolsDep, journey_id: UUID, body: SimulateIn) -> SimulationOut:
    """Dry-run the draft with a segment under a virtual clock: who would get what, when, and who would be refused and
    why. Nothing is sent or written."""
    journey = await get_journey(tx, journey_id)
    return SimulationOut.of(
        await simulating.simulate(
            tx, tools.settings, journey, body.segment_id, rates=body.rates(), days=body.days, most=body.limit
        )
    )


@router.get("/journeys/{journey_id}/travellers", dependencies=_READ)
async def list_travellers(
    tx: TxDep,
    journey_id: UUID,
    node: str | None = None,
    place: Place | None = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[TravellerOut]:
    """Those who entered, and where each stands."""
    found = await reports.list_travellers(tx, journey_id, after=id_in(after), node=node, place=place, limit=limit + 1)
    cursor = encode_cursor({"id": str(found[limit - 1].id)}) if len(found) > limit else None
    return Page(items=[TravellerOut.of(traveller) for traveller in found[:limit]], next=cursor)


@router.get("/customers/{customer_id}/journeys", dependencies=_READ)
async def list_trips(tx: TxDep, customer_id: UUID, limit: Limit = DEFAULT_LIMIT) -> list[TripOut]:
    """Why this customer got this and not that: every run, under any of their ids, with each node that it left, when,
    how and why; the last entered first."""
    return [TripOut.of_trip(trip) for trip in await reports.trips_of(tx, customer_id, limit=limit)]
