"""Make, change, list, start, pause, resume, stop campaigns; their report."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.campaigns.campaigns.domain.campaign import Campaign, CampaignState
from services.campaigns.campaigns.routes.tools import SendingToolsDep
from services.campaigns.campaigns.schemas.campaigns import CampaignIn, CampaignOut, StartedOut
from services.campaigns.campaigns.schemas.messages import ReportOut
from services.campaigns.campaigns.service import campaigns as service
from services.campaigns.campaigns.service import lifecycle
from services.campaigns.campaigns.service.readiness import purpose_warning
from services.campaigns.campaigns.service.reports import report
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in
from shared.web.versions import OptionalVersionDep, VersionDep, etag

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

_WRITE = [requires("campaigns:write")]
_READ = [requires("campaigns:read")]
_SEND = [requires("campaigns:send")]


@router.post("", status_code=201, dependencies=_WRITE)
async def create(
    tx: TxDep, tools: SendingToolsDep, caller: CallerDep, body: CampaignIn, response: Response
) -> CampaignOut:
    """A new draft. Templates are checked and tried out; faults are pointed at with part and line."""
    campaign = await service.create_campaign(tx, tools.templates, body.definition(), caller=caller)
    response.headers["Location"] = f"/campaigns/{campaign.id}"
    return _shown(campaign, response)


@router.get("", dependencies=_READ)
async def list_campaigns(
    tx: TxDep, state: CampaignState | None = None, after: After = None, limit: Limit = DEFAULT_LIMIT
) -> Page[CampaignOut]:
    """Campaigns in the order of their making."""
    found = await service.list_campaigns(tx, after=id_in(after), state=state, limit=limit + 1)
    cursor = encode_cursor({"id": str(found[limit - 1].id)}) if len(found) > limit else None
    return Page(items=[CampaignOut.of(campaign) for campaign in found[:limit]], next=cursor)


@router.get("/{campaign_id}", dependencies=_READ)
async def read(tx: TxDep, campaign_id: UUID, response: Response) -> CampaignOut:
    """The campaign; the ETag is its version."""
    return _shown(await service.get_campaign(tx, campaign_id), response)


@router.put("/{campaign_id}", dependencies=_WRITE)
async def change(
    tx: TxDep,
    tools: SendingToolsDep,
    caller: CallerDep,
    campaign_id: UUID,
    version: VersionDep,
    body: CampaignIn,
    response: Response,
) -> CampaignOut:
    """Replaces the definition of a draft or a paused campaign. Needs If-Match."""
    changed = await service.change_campaign(
        tx, tools.templates, campaign_id, body.definition(), expected_version=version, caller=caller
    )
    return _shown(changed, response)


@router.post(
    "/{campaign_id}/start", dependencies=_SEND, responses={202: {"model": StartedOut, "description": "Starting"}}
)
async def start(
    tx: TxDep,
    tools: SendingToolsDep,
    caller: CallerDep,
    campaign_id: UUID,
    version: OptionalVersionDep,
    response: Response,
    within_allow_list: Annotated[
        bool, Query(description="start although only the allow-list is written to: all others are refused")
    ] = False,
) -> StartedOut:
    """Run it. A one-off is `starting` at first (202): its audience, everybody who is in the segment now, is frozen in
    the background; read the campaign to see how far it is. Refused while the segment is not known, archived or still
    being filled, and while an allow-list that people have set holds."""
    campaign = await lifecycle.start_campaign(
        tx,
        tools.templates,
        campaign_id,
        expected_version=version,
        caller=caller,
        within_allow_list=within_allow_list,
    )
    response.status_code = 202 if campaign.state is CampaignState.STARTING else 200
    warning = await purpose_warning(tx, campaign)
    return StartedOut(**_shown(campaign, response).model_dump(), warnings=[warning] if warning else [])


@router.post("/{campaign_id}/pause", dependencies=_SEND)
async def pause(
    tx: TxDep, caller: CallerDep, campaign_id: UUID, version: OptionalVersionDep, response: Response
) -> CampaignOut:
    """Nothing more is handed over; whoever enters waits."""
    return _shown(await lifecycle.pause_campaign(tx, campaign_id, expected_version=version, caller=caller), response)


@router.post("/{campaign_id}/resume", dependencies=_SEND)
async def resume(
    tx: TxDep, caller: CallerDep, campaign_id: UUID, version: OptionalVersionDep, response: Response
) -> CampaignOut:
    """Go on."""
    return _shown(await lifecycle.resume_campaign(tx, campaign_id, expected_version=version, caller=caller), response)


@router.post("/{campaign_id}/stop", dependencies=_SEND)
async def stop(
    tx: TxDep, caller: CallerDep, campaign_id: UUID, version: OptionalVersionDep, response: Response
) -> CampaignOut:
    """Over for ever; what still waits is refused."""
    return _shown(await lifecycle.stop_campaign(tx, campaign_id, expected_version=version, caller=caller), response)


@router.get("/{campaign_id}/report", dependencies=_READ)
async def read_report(tx: TxDep, campaign_id: UUID) -> ReportOut:
    """Where everybody who entered stands, and what came back."""
    return ReportOut.of(await report(tx, campaign_id))


def _shown(campaign: Campaign, response: Response) -> CampaignOut:
    response.headers["ETag"] = etag(campaign.version)
    return CampaignOut.of(campaign)
