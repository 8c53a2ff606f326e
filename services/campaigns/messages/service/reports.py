"""What became of a campaign's messages, and what is under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.campaigns.messages.domain.accounting import Account, Backlog, account
from services.campaigns.messages.domain.ledger import CustomerMessage, MessageRow, MessageState
from services.campaigns.messages.repository import reports, responses
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class MessageReport:
    """Where the audience stands and what it answered. `responses` and `links` count messages, not clicks."""

    account: Account
    responses: Mapping[str, int]
    links: Mapping[str, int]


async def report_of(tx: Tx, campaign_id: UUID) -> MessageReport:
    """Audience accounting, and the responses that came so far."""
    return MessageReport(
        account=account(await reports.tallies(tx, campaign_id), await reports.audience(tx, campaign_id)),
        responses=await responses.by_kind(tx, campaign_id),
        links=await responses.by_link(tx, campaign_id),
    )


async def messages_of(
    tx: Tx, campaign_id: UUID, *, after: UUID | None, state: MessageState | None, limit: int
) -> Sequence[MessageRow]:
    """A page of the campaign's messages, by id."""
    return await reports.page(tx, campaign_id, after=after, state=state, limit=limit)


async def messages_to(
    tx: Tx, customer_ids: Sequence[UUID], *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[CustomerMessage]:
    """What was sent to somebody who is known by these ids, what was not and why; what entered last first."""
    return await reports.of_customers(tx, customer_ids, before=before, limit=limit)


async def backlog(tx: Tx) -> Backlog:
    """What is under way over all campaigns. Reads indexes alone, whatever the ledger's size."""
    return await reports.backlog(tx)
