"""The sender over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import Field

from services.campaigns.delivery.domain.dkim import PublicKey
from services.campaigns.delivery.domain.hand_over import SenderPause
from shared.web.models import AnswerModel


class DkimRecordOut(AnswerModel):
    """A TXT record."""

    name: str = Field(description="its name: selector, _domainkey, domain")
    record: str = Field(description="its text")


class SenderOut(AnswerModel):
    """The sender, and its pause when the provider refused it."""

    address: str = Field(description="who writes, as set at /settings/sending or by SENDER_ADDRESS")
    refused_since: datetime | None = Field(description="null while all is well; machine time")
    paused_until: datetime | None = Field(description="when it is tried again; machine time")
    pauses_in_a_row: int = Field(description="pauses since a letter was last taken")
    code: str | None = Field(description="the provider's last code, such as 5.7.1")
    dkim: list[DkimRecordOut] = Field(description="what the DNS has to tell; of each domain the first key signs")

    @classmethod
    def of(cls, address: str, pause: SenderPause | None, keys: Sequence[PublicKey]) -> Self:
        """The answer that shows this pause, or none."""
        return cls(
            address=address,
            refused_since=pause.since if pause else None,
            paused_until=pause.until if pause else None,
            pauses_in_a_row=pause.in_a_row if pause else 0,
            code=pause.detail if pause else None,
            dkim=[DkimRecordOut(name=key.name, record=key.record) for key in keys],
        )
