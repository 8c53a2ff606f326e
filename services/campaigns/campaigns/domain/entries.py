"""Entries: a customer enters a campaign, and the ledger gets a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Campaign
from services.campaigns.messages.domain.ledger import NewMessage

STEP = "send"


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer who enters a campaign: `entry_id` is the event, transition or run that led to it."""

    campaign: Campaign
    customer_id: UUID
    entry_id: UUID
    context: Mapping[str, Any] = field(default_factory=dict)

    def message(self, now: datetime) -> NewMessage:
        """The message that the customer is to get; the terms of a campaign bear its id."""
        definition = self.campaign.definition
        return NewMessage(
            customer_id=self.customer_id,
            campaign_id=self.campaign.id,
            entry_id=self.entry_id,
            step=STEP,
            channel=definition.channel,
            purpose=definition.purpose,
            priority=definition.priority,
            expires_at=now + definition.expires_after,
            terms_id=self.campaign.id,
            context=self.context,
        )
