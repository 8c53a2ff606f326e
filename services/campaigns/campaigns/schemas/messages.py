"""A campaign's messages and its report over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.campaigns.campaigns.domain.campaign import CampaignState
from services.campaigns.campaigns.service.reports import Report, Written
from services.campaigns.messages.domain.ledger import MessageRow, MessageState


class MessageOut(BaseModel):
    """A row of the ledger. `deferred_for` is what it waits for, or last waited for."""

    id: UUID = Field(description="also in the mail, as X-Ledger-Key")
    customer_id: UUID = Field(description="the id under which the customer entered")
    entry_id: UUID = Field(description="the event, transition or run that led to it")
    step: str = Field(description="the campaign's step")
    channel: str = Field(description="over what")
    state: MessageState = Field(description="waiting, claimed, handed_over, refused, failed or unknown")
    reason: str | None = Field(description="why it was refused or failed, such as no-consent or bounced")
    deferred_for: str | None = Field(description="what it waits for, or last waited for, such as quiet-hours")
    attempts: int = Field(description="how often in a row it met what it waits for")
    enrolled_at: datetime = Field(description="when the customer entered")
    not_before: datetime = Field(description="when it is tried next")
    expires_at: datetime = Field(description="when it is refused as too-late")
    claimed_at: datetime | None = Field(description="when it was taken in hand; from then on it counts for caps")
    settled_at: datetime | None = Field(description="when it ended")
    settled_by: str | None = Field(description="who settled it, when a person did")
    permit_id: UUID | None = Field(description="privacy's permit for it")
    bounced: bool = Field(description="the provider says that there is no such mailbox")

    @classmethod
    def of(cls, row: MessageRow) -> Self:
        """The fields of a row."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class CustomerMessageOut(MessageOut):
    """A message to one customer."""

    campaign_id: UUID = Field(description="of which campaign")
    campaign: str | None = Field(description="the campaign's name")
    purpose: str = Field(description="for what")
    responses: list[str] = Field(description="what came back: delivered, opened, clicked, complained …")

    @classmethod
    def of_written(cls, written: Written) -> Self:
        """The message with its campaign."""
        message = written.message
        return cls(
            **MessageOut.of(message.row).model_dump(),
            campaign_id=message.campaign_id,
            campaign=written.campaign,
            purpose=message.purpose,
            responses=list(message.responses),
        )


class ReportOut(BaseModel):
    """audience = handed_over + refused + failed + unknown + waiting. `responses` and `links` count messages."""

    campaign_id: UUID = Field(description="the campaign")
    state: CampaignState = Field(description="of the campaign")
    audience: int = Field(description="who entered")
    handed_over: int = Field(description="taken by the provider")
    refused: dict[str, int] = Field(description="by reason")
    failed: dict[str, int] = Field(description="by reason")
    unknown: int = Field(description="nobody knows what became of them; an operator settles them")
    waiting: dict[str, int] = Field(description="by what they wait for")
    too_late_after: dict[str, int] = Field(description="of those refused as too-late: what they had waited for")
    adds_up: bool = Field(description="the equation above holds; anything else is a fault of ours")
    responses: dict[str, int] = Field(description="messages with at least one response, by kind")
    links: dict[str, int] = Field(description="messages of which each link was clicked, as it stands in the template")

    @classmethod
    def of(cls, report: Report) -> Self:
        """The account of a report, with its responses."""
        account = report.messages.account
        return cls(
            campaign_id=report.campaign.id,
            state=report.campaign.state,
            audience=account.audience,
            handed_over=account.handed_over,
            refused=dict(account.refused),
            failed=dict(account.failed),
            unknown=account.unknown,
            waiting=dict(account.waiting),
            too_late_after=dict(account.too_late_after),
            adds_up=account.adds_up,
            responses=dict(report.messages.responses),
            links=dict(report.messages.links),
        )
