"""Looking before leaping."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.routes.neighbourhood import NeighbourhoodDep
from services.campaigns.schemas.campaigns import (
    DryRunIn,
    DryRunOut,
    PreviewIn,
    PreviewOut,
    TestSendIn,
    TestSendOut,
    ValidOut,
)
from services.campaigns.service import trials
from services.campaigns.service.campaigns import get_campaign, refuse_bad_templates
from shared.web import APIRouter, ContextDep, TxDep, requires

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["trials"])


@router.post("/validate", dependencies=[requires("campaigns:read")])
async def validate(tx: TxDep, campaign_id: UUID) -> ValidOut:
    """422 with every fault, or valid."""
    refuse_bad_templates((await get_campaign(tx, campaign_id)).definition)
    return ValidOut()


@router.post("/preview", dependencies=[requires("campaigns:read")])
async def preview(context: ContextDep, around: NeighbourhoodDep, campaign_id: UUID, body: PreviewIn) -> PreviewOut:
    """What a real customer would get."""
    async with context.database.transaction() as tx:
        campaign = await get_campaign(tx, campaign_id)
    # No transaction is open while a neighbour is asked.
    rendered = await trials.preview(around.neighbours, around.scribe, campaign, body.customer_id)
    return PreviewOut(subject=rendered.subject, text=rendered.text, html=rendered.html)


@router.post("/test-send", dependencies=[requires("campaigns:send")])
async def test_send(context: ContextDep, around: NeighbourhoodDep, campaign_id: UUID, body: TestSendIn) -> TestSendOut:
    """To seed addresses of the allow-list; outside the ledger."""
    async with context.database.transaction() as tx:
        campaign = await trials.campaign_to_try(tx, campaign_id)
    answers = await trials.test_send(
        around.settings,
        around.neighbours,
        around.scribe,
        around.channel,
        campaign,
        seeds=body.seeds,
        customer_id=body.customer_id,
        at=context.clock.now(),
    )
    return TestSendOut.of(answers)


@router.post("/dry-run", dependencies=[requires("campaigns:read")])
async def dry_run(tx: TxDep, around: NeighbourhoodDep, campaign_id: UUID, body: DryRunIn) -> DryRunOut:
    """What the gate would say about everybody, now. Nothing is sent or written."""
    campaign = await get_campaign(tx, campaign_id)
    return DryRunOut.of(await trials.dry_run(tx, around.settings, campaign, body.segment_id, most=body.limit))
