"""A response to a message that forbids something from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["bounced", "complained", "unsubscribed"]


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: from whom, over which channel, and to which message, as far as that is known."""

    kind: Kind
    customer_id: UUID
    channel: str
    message_id: UUID | None
    campaign_id: UUID | None
    occurred_at: datetime
