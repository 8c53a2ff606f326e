"""Validate, preview, test-send and dry-run a campaign."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.campaigns.routes.tools import SendingToolsDep
from services.campaigns.campaigns.schemas.trials import (
    DryRunIn,
    DryRunOut,
    PreviewIn,
    PreviewOut,
    TestSendIn,
    TestSendOut,
    ValidOut,
)
from services.campaigns.campaigns.service import trials
from services.campaigns.campaigns.service.campaigns import get_campaign, refuse_to_show_customers
from services.campaigns.campaigns.service.readiness import warnings
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["trials"])


@router.post("/validate", dependencies=[requires("campaigns:read")])
async def validate(tx: TxDep, tools: SendingToolsDep, campaign_id: UUID) -> ValidOut:
    """422 with every fault of its templates, or valid, with what would keep it from starting."""
    campaign = await get_campaign(tx, campaign_id)
    await tools.templates.refuse_bad(campaign.definition)
    return ValidOut(warnings=await warnings(tx, campaign))


@router.post("/preview", dependencies=[requires("campaigns:read")])
async def preview(
    context: ContextDep, tools: SendingToolsDep, caller: CallerDep, campaign_id: UUID, body: PreviewIn
) -> PreviewOut:
    """What a real customer would get; the key needs `customers:read`, too. Its links belong to nobody: following them
    withdraws and counts nothing."""
    refuse_to_show_customers(caller)
    async with context.database.transaction() as tx:
        campaign = await get_campaign(tx, campaign_id)
    # No transaction is open while another service is asked.
    rendered = await trials.preview(tools.services, tools.writers, campaign, body.customer_id, context.clock.now())
    return PreviewOut(subject=rendered.subject, text=rendered.text, html=rendered.html)


@router.post("/test-send", dependencies=[requires("campaigns:send")])
async def test_send(
    context: ContextDep, tools: SendingToolsDep, caller: CallerDep, campaign_id: UUID, body: TestSendIn
) -> TestSendOut:
    """To seed addresses of the allow-list; outside the ledger. With the values of a customer the key needs
    `customers:read`, too."""
    if body.customer_id is not None:
        refuse_to_show_customers(caller)
    async with context.database.transaction() as tx:
        campaign = await trials.campaign_to_try(tx, campaign_id)
        allowed = await trials.test_addresses(tx, tools.settings)
    answers = await trials.test_send(
        tools.services,
        tools.writers,
        tools.channel,
        campaign,
        seeds=body.seeds,
        allowed=allowed,
        customer_id=body.customer_id,
        at=context.clock.now(),
    )
    return TestSendOut.of(answers)


@router.post("/dry-run", dependencies=[requires("campaigns:read")])
async def dry_run(tx: TxDep, tools: SendingToolsDep, campaign_id: UUID, body: DryRunIn) -> DryRunOut:
    """How the gate would decide about everybody now. Nothing is sent or written."""
    campaign = await get_campaign(tx, campaign_id)
    return DryRunOut.of(await trials.dry_run(tx, tools.settings, campaign, body.segment_id, most=body.limit))
