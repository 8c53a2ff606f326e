"""A campaign's messages and its report over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.campaigns.campaigns.domain.campaign import State
from services.campaigns.campaigns.service.reports import Report
from services.campaigns.messages.domain.ledger import MessageRow, MessageState


class MessageOut(BaseModel):
    """A row of the ledger. `deferred_for` is what it waits for, or last waited for."""

    id: UUID
    customer_id: UUID
    entry_id: UUID
    step: str
    channel: str
    state: MessageState
    reason: str | None
    deferred_for: str | None
    attempts: int
    enrolled_at: datetime
    not_before: datetime
    expires_at: datetime
    claimed_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    permit_id: UUID | None
    bounced: bool

    @classmethod
    def of(cls, row: MessageRow) -> Self:
        """The fields of a row."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ReportOut(BaseModel):
    """audience = handed_over + refused + failed + unknown + waiting. `responses` and `links` count messages."""

    campaign_id: UUID
    state: State
    audience: int
    handed_over: int
    refused: dict[str, int]
    failed: dict[str, int]
    unknown: int
    waiting: dict[str, int]
    too_late_after: dict[str, int]
    adds_up: bool
    responses: dict[str, int]
    links: dict[str, int]

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
