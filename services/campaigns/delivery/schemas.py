"""The sender over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from services.campaigns.delivery.domain.hand_over import SenderPause
from shared.web.models import AnswerModel


class SenderOut(AnswerModel):
    """The sender, and its pause when the provider refused it."""

    address: str = Field(description="who writes, as set at /settings/sending or by SENDER_ADDRESS")
    refused_since: datetime | None = Field(description="null while all is well; machine time")
    paused_until: datetime | None = Field(description="when it is tried again; machine time")
    pauses_in_a_row: int = Field(description="pauses since a letter was last taken")
    code: str | None = Field(description="the provider's last code, such as 5.7.1")

    @classmethod
    def of(cls, address: str, pause: SenderPause | None) -> Self:
        """The answer that shows this pause, or none."""
        return cls(
            address=address,
            refused_since=pause.since if pause else None,
            paused_until=pause.until if pause else None,
            pauses_in_a_row=pause.in_a_row if pause else 0,
            code=pause.detail if pause else None,
        )
