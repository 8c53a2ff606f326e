"""What became of calls, as HTTP shows it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from services.interactions.ingest.schemas import FaultOut
from services.interactions.segment_api.service import Received


class CallRefusedOut(BaseModel):
    """A call that was refused: sending it again changes nothing."""

    index: int = Field(description="in the batch, from 0")
    message_id: str | None
    errors: list[FaultOut]


class NotKeptOut(BaseModel):
    """Good calls of which nothing is recorded."""

    anonymous: int = Field(description="traits of visitors who are nobody yet, and calls that name nobody at all")


class CallsReceived(BaseModel):
    """What became of each call. The status is 200 also when some, or all, are refused: clients would drop the batch."""

    success: bool = Field(description="no call was refused")
    accepted: int = Field(description="durable; recorded once, however often it is sent")
    refused: int
    not_kept: NotKeptOut
    errors: list[CallRefusedOut] = Field(description="of the first 50 refused calls")

    @classmethod
    def of(cls, received: Received) -> Self:
        """From the use case's answer."""
        outcomes = received.outcomes
        return cls(
            success=not outcomes["refused"],
            accepted=outcomes["accepted"],
            refused=outcomes["refused"],
            not_kept=NotKeptOut(anonymous=outcomes["anonymous"]),
            errors=[
                CallRefusedOut(
                    index=call.place,
                    message_id=call.message_id,
                    errors=[FaultOut(**fault) for fault in call.errors],
                )
                for call in received.refused
            ],
        )
