"""What a campaign did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.campaigns.domain.accounting import Account, Backlog, account
from services.campaigns.domain.campaign import Campaign
from services.campaigns.domain.ledger import MessageRow, MessageState
from services.campaigns.repository import reports
from services.campaigns.service.campaigns import get_campaign
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Report:
    """Where the audience stands and what it answered. `responses` and `links` count messages, not clicks."""

    campaign: Campaign
    account: Account
    responses: Mapping[str, int]
    links: Mapping[str, int]


async def report(tx: Tx, campaign_id: UUID) -> Report:
    """Audience accounting of one moment (one snapshot), and the responses heard so far. Raises CampaignNotFound."""
    await tx.execute("set transaction isolation level repeatable read, read only")
    campaign = await get_campaign(tx, campaign_id)
    return Report(
        campaign=campaign,
        account=account(await reports.tallies(tx, campaign_id), await reports.audience(tx, campaign_id)),
        responses=await reports.responses(tx, campaign_id),
        links=await reports.links(tx, campaign_id),
    )


async def messages(
    tx: Tx, campaign_id: UUID, *, after: UUID | None, state: MessageState | None, limit: int
) -> Sequence[MessageRow]:
    """A page of the campaign's messages. Raises CampaignNotFound."""
    await get_campaign(tx, campaign_id)
    return await reports.page(tx, campaign_id, after=after, state=state, limit=limit)


async def backlog(tx: Tx) -> Backlog:
    """What is under way over all campaigns. Reads indexes alone, whatever the ledger's size."""
    return await reports.backlog(tx)
