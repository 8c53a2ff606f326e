"""Which failed messages are to be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FailedQuery:
    """Which failed messages: of a campaign or journey, settled in the window, for one of the reasons (none means any).
    A mailbox that does not exist is never among them."""

    campaign_id: UUID
    settled_from: datetime
    settled_before: datetime
    reasons: tuple[str, ...] = ()
