"""What a campaign did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Campaign
from services.campaigns.campaigns.service.campaigns import get_campaign
from services.campaigns.gate.service.terms import names_of
from services.campaigns.messages.domain.ledger import CustomerMessage, MessageRow, MessageState
from services.campaigns.messages.service import reports
from services.campaigns.messages.service.reports import MessageReport
from shared.customers.merges import groups_of
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Report:
    """A campaign and what became of its messages."""

    campaign: Campaign
    messages: MessageReport


async def report(tx: Tx, campaign_id: UUID) -> Report:
    """Audience accounting of one moment (one snapshot), and the responses that came so far. Raises CampaignNotFound."""
    await tx.execute("set transaction isolation level repeatable read, read only")
    campaign = await get_campaign(tx, campaign_id)
    return Report(campaign, await reports.report_of(tx, campaign_id))


@dataclass(frozen=True, slots=True)
class Written:
    """A message to one customer, with the name of its campaign or journey; None for one that is gone."""

    message: CustomerMessage
    campaign: str | None


async def messages_to(
    tx: Tx, customer_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Written]:
    """A page of what was sent to this customer, under any of their ids, and what was not and why; newest first."""
    group = (await groups_of(tx, [customer_id]))[customer_id]
    found = await reports.messages_to(tx, group.members, before=before, limit=limit)
    # Those of journeys are known by their terms.
    names = await names_of(tx, [message.campaign_id for message in found])
    return [Written(message, names.get(message.campaign_id)) for message in found]


async def messages(
    tx: Tx, campaign_id: UUID, *, after: UUID | None, state: MessageState | None, limit: int
) -> Sequence[MessageRow]:
    """A page of the campaign's messages. Raises CampaignNotFound."""
    await get_campaign(tx, campaign_id)
    return await reports.messages_of(tx, campaign_id, after=after, state=state, limit=limit)
