"""Pause campaigns that cannot go on: with an alarm, and with the reason in their state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Campaign
from services.campaigns.campaigns.repository import campaigns
from services.campaigns.campaigns.service.campaigns import get_campaign
from services.campaigns.campaigns.service.lifecycle import pause_for
from services.campaigns.messages.service import settling
from shared.database.transaction import Tx
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

PAUSED = counter("campaigns_paused_total", "Campaigns that were paused by the service itself", ["reason"])


async def pause_struck(tx: Tx) -> int:
    """Campaigns whose messages brought down two senders in a row, or two processes that write letters, are paused;
    returns how many."""
    paused = 0
    for campaign in await campaigns.sending(tx):
        since = campaign.running_since or campaign.created_at
        reason = (await settling.strikes_since(tx, campaign.id, since)).reason
        if reason is not None:
            await _pause(tx, campaign.id, reason)
            paused += 1
    return paused


async def pause_for_archived(tx: Tx, segment_ids: Sequence[UUID]) -> None:
    """Whoever waits for somebody to enter or leave one of these segments would wait for ever, or takes its end for
    everybody's leaving: such campaigns are paused. A one-off that has its audience goes on."""
    for campaign in await campaigns.using_segment(tx, segment_ids):
        await _pause(tx, campaign.id, "segment-archived")


async def _pause(tx: Tx, campaign_id: UUID, reason: str) -> Campaign:
    campaign = await pause_for(tx, await get_campaign(tx, campaign_id, lock=True), reason)
    tx.after_commit(PAUSED.labels(reason).inc)
    tx.after_commit(partial(log.error, "campaign_paused", campaign_id=str(campaign_id), reason=reason))
    return campaign
