"""Accepted and refused events as HTTP shows them."""

from __future__ import annotations

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.interactions.ingest.service.publishing import CheckedEvent, HistorySummary, RefusedItem


class FaultOut(BaseModel):
    """One thing wrong with an event."""

    reason: str
    where: str = Field(description="JSON pointer into the event")
    what: str
    cure: str


class EventAccepted(BaseModel):
    """The event is durable and will be recorded once."""

    message_id: str
    customer_id: UUID = Field(description="the customer it is about, as far as known at the door")


class ItemResult(BaseModel):
    """What became of one item of a batch."""

    index: int
    status: Literal["accepted", "refused"]
    message_id: str | None
    customer_id: UUID | None = None
    errors: list[FaultOut] = []

    @classmethod
    def of(cls, index: int, result: CheckedEvent | RefusedItem) -> Self:
        """From the use case's answer."""
        if isinstance(result, CheckedEvent):
            return cls(
                index=index,
                status="accepted",
                message_id=result.message_id,
                customer_id=result.customer_id,
                errors=[],  # the default is copied for each, which costs more than the rest
            )
        faults = [FaultOut(**fault) for fault in result.errors]
        return cls(index=index, status="refused", message_id=result.message_id, errors=faults)


class BatchResult(BaseModel):
    """One result per item, in order."""

    accepted: int
    refused: int
    results: list[ItemResult]


class LineRefused(BaseModel):
    """A line that was not accepted."""

    line: int = Field(description="from 1")
    errors: list[FaultOut]


class HistoryResult(BaseModel):
    """What became of a history: lines = accepted + refused + blank ones."""

    lines: int
    accepted: int
    refused: int
    errors: list[LineRefused] = Field(description="of the first 1,000 refused lines")
    errors_left_out: int

    @classmethod
    def of(cls, summary: HistorySummary) -> Self:
        """From the use case's answer."""
        return cls(
            lines=summary.lines,
            accepted=summary.accepted,
            refused=summary.refused,
            errors_left_out=summary.errors_left_out,
            errors=[
                LineRefused(line=refused.place, errors=[FaultOut(**fault) for fault in refused.errors])
                for refused in summary.errors
            ],
        )
