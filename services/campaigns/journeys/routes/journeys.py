"""Make, change, validate, clone and archive journeys."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from services.campaigns.campaigns.routes.tools import SendingToolsDep
from services.campaigns.journeys.domain.journey import Journey, JourneyState
from services.campaigns.journeys.schemas.definitions import JourneyIn
from services.campaigns.journeys.schemas.journeys import CloneIn, JourneyOut, JourneyValidOut, VersionOut
from services.campaigns.journeys.service import checks
from services.campaigns.journeys.service import journeys as service
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in
from shared.web.versions import VersionDep, etag

router = APIRouter(prefix="/journeys", tags=["journeys"])

_WRITE = [requires("campaigns:write")]
_READ = [requires("campaigns:read")]


@router.post("", status_code=201, dependencies=_WRITE)
async def create(
    tx: TxDep, tools: SendingToolsDep, caller: CallerDep, body: JourneyIn, response: Response
) -> JourneyOut:
    """A new draft. Every node and every template is checked; faults are pointed at, with the nearest name."""
    journey = await service.create_journey(tx, tools.templates, body.definition(), caller)
    response.headers["Location"] = f"/journeys/{journey.id}"
    return shown(journey, response)


@router.get("", dependencies=_READ)
async def list_journeys(
    tx: TxDep,
    state: JourneyState | None = None,
    archived: bool = False,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[JourneyOut]:
    """Journeys in the order of their making; archived ones apart."""
    found = await service.list_journeys(tx, after=id_in(after), state=state, archived=archived, limit=limit + 1)
    cursor = encode_cursor({"id": str(found[limit - 1].id)}) if len(found) > limit else None
    return Page(items=[JourneyOut.of(journey) for journey in found[:limit]], next=cursor)


@router.get("/{journey_id}", dependencies=_READ)
async def read(tx: TxDep, journey_id: UUID, response: Response) -> JourneyOut:
    """The journey with its draft; the ETag is its version."""
    return shown(await service.get_journey(tx, journey_id), response)


@router.put("/{journey_id}", dependencies=_WRITE)
async def change(
    tx: TxDep,
    tools: SendingToolsDep,
    caller: CallerDep,
    journey_id: UUID,
    version: VersionDep,
    body: JourneyIn,
    response: Response,
) -> JourneyOut:
    """Replaces the draft. Of a started journey nothing changes for anybody before it is published. Needs If-Match."""
    changed = await service.change_journey(
        tx, tools.templates, journey_id, body.definition(), expected_version=version, caller=caller
    )
    return shown(changed, response)


@router.post("/{journey_id}/validate", dependencies=_READ)
async def validate(tx: TxDep, tools: SendingToolsDep, journey_id: UUID) -> JourneyValidOut:
    """422 with every fault of its draft, or valid, with what would keep it from starting."""
    journey = await service.get_journey(tx, journey_id)
    await checks.refuse_bad(tools.templates, journey.draft)
    return JourneyValidOut(warnings=await checks.warnings(tx, journey.draft))


@router.post("/{journey_id}/clone", status_code=201, dependencies=_WRITE)
async def clone(tx: TxDep, caller: CallerDep, journey_id: UUID, body: CloneIn, response: Response) -> JourneyOut:
    """A new draft with the same definition."""
    journey = await service.clone_journey(tx, journey_id, name=body.name, caller=caller)
    response.headers["Location"] = f"/journeys/{journey.id}"
    return shown(journey, response)


@router.post("/{journey_id}/archive", dependencies=_WRITE)
async def archive(tx: TxDep, journey_id: UUID, response: Response) -> JourneyOut:
    """Out of the list. A journey that runs is stopped first."""
    return shown(await service.archive_journey(tx, journey_id, archived=True), response)


@router.post("/{journey_id}/unarchive", dependencies=_WRITE)
async def unarchive(tx: TxDep, journey_id: UUID, response: Response) -> JourneyOut:
    """Back in the list."""
    return shown(await service.archive_journey(tx, journey_id, archived=False), response)


@router.get("/{journey_id}/versions", dependencies=_READ)
async def list_versions(tx: TxDep, journey_id: UUID) -> list[VersionOut]:
    """Every published version, the first one first."""
    return [VersionOut.of(version) for version in await service.list_versions(tx, journey_id)]


def shown(journey: Journey, response: Response) -> JourneyOut:
    """The journey, with its version as the ETag."""
    response.headers["ETag"] = etag(journey.version)
    return JourneyOut.of(journey)
