"""Start, publish, pause, resume and stop journeys; let customers enter and leave."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.campaigns.campaigns.routes.tools import SendingToolsDep
from services.campaigns.journeys.routes.journeys import shown
from services.campaigns.journeys.schemas.journeys import (
    EndIn,
    EndOut,
    EntriesIn,
    EntriesOut,
    JourneyOut,
    PauseIn,
    PublishIn,
)
from services.campaigns.journeys.service import calls, lifecycle
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.versions import OptionalVersionDep

router = APIRouter(prefix="/journeys/{journey_id}", tags=["journeys"])

_SEND = [requires("campaigns:send")]


@router.post("/start", dependencies=_SEND)
async def start(
    tx: TxDep,
    tools: SendingToolsDep,
    caller: CallerDep,
    journey_id: UUID,
    version: OptionalVersionDep,
    response: Response,
    within_allow_list: Annotated[
        bool, Query(description="start although only the allow-list is written to: all others are refused")
    ] = False,
) -> JourneyOut:
    """Publish the draft as version 1; customers enter from now on. Refused while an allow-list that people have set
    holds."""
    journey = await lifecycle.start_journey(
        tx,
        tools.settings,
        tools.templates,
        journey_id,
        expected_version=version,
        caller=caller,
        within_allow_list=within_allow_list,
    )
    return shown(journey, response)


@router.post("/publish", dependencies=_SEND)
async def publish(
    tx: TxDep,
    tools: SendingToolsDep,
    caller: CallerDep,
    journey_id: UUID,
    version: OptionalVersionDep,
    body: PublishIn,
    response: Response,
) -> JourneyOut:
    """Publish the draft as the next version. Those inside finish theirs, or are moved on purpose."""
    journey = await lifecycle.publish_journey(
        tx,
        tools.settings,
        tools.templates,
        journey_id,
        moving=body.move,
        expected_version=version,
        caller=caller,
    )
    return shown(journey, response)


@router.post("/pause", dependencies=_SEND)
async def pause(
    tx: TxDep, journey_id: UUID, version: OptionalVersionDep, body: PauseIn, response: Response
) -> JourneyOut:
    """Nothing more is handed over. Whoever enters waits at the first node until it is resumed, however long."""
    return shown(await lifecycle.pause_journey(tx, journey_id, mode=body.mode, expected_version=version), response)


@router.post("/resume", dependencies=_SEND)
async def resume(
    tx: TxDep,
    tools: SendingToolsDep,
    caller: CallerDep,
    journey_id: UUID,
    version: OptionalVersionDep,
    response: Response,
) -> JourneyOut:
    """Go on. What was due in the meantime counts from now, so that nothing is too late for the pause."""
    journey = await lifecycle.resume_journey(tx, tools.settings, journey_id, expected_version=version, caller=caller)
    return shown(journey, response)


@router.post("/stop", dependencies=_SEND)
async def stop(tx: TxDep, journey_id: UUID, version: OptionalVersionDep, response: Response) -> JourneyOut:
    """Over for ever: everybody inside leaves, and what still waits is refused."""
    return shown(await lifecycle.stop_journey(tx, journey_id, expected_version=version), response)


@router.post("/entries", dependencies=_SEND)
async def enter(tx: TxDep, journey_id: UUID, body: EntriesIn) -> EntriesOut:
    """These customers enter, when the journey is entered by call. The same `entry_id` again lets nobody in twice."""
    outcomes = await calls.enter(tx, journey_id, body.entry_id, body.customer_ids)
    entered = outcomes.pop("entered", 0)
    return EntriesOut(entered=entered, not_entered={why: count for why, count in outcomes.items() if count})


@router.post("/end", dependencies=_SEND)
async def end(tx: TxDep, journey_id: UUID, body: EndIn) -> EndOut:
    """Those inside who meet the query leave now, and what waits for them in the ledger is refused; with `dry_run` they
    are only counted. At most 2,000 a call: repeat it until `count` is 0."""
    query = calls.query_of(body.model_dump(exclude={"dry_run"}))
    count = await calls.end(tx, journey_id, query, dry_run=body.dry_run)
    return EndOut(count=count, ended=not body.dry_run)
