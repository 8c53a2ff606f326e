"""Events of `campaigns`: what became of each message that it meant to send."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import Fact

Outcome = Literal["handed_over", "refused", "failed", "unknown"]

# In the place of a campaign: mails that ask an address to confirm a sign-up. Their subject is the sign-up, no customer.
CONFIRMATIONS = UUID("5f3a1c1e-9a0e-5d3b-8f61-0c7d5a1e9b42")


class MessageSettled(Fact):
    """A message of the ledger reached an end. `message_id` is the ledger row's id; `reason` is the refusal's or
    failure's slug; `bounced` is true when the provider said that the address does not exist."""

    TYPE: ClassVar[str] = "campaigns.message_settled.v1"
    TOPIC: ClassVar[str] = "campaigns-events"

    message_id: UUID
    campaign_id: UUID
    channel: Literal["email", "sms", "post", "phone"]
    step: str
    outcome: Outcome
    reason: str | None = None
    bounced: bool = False
    permit_id: UUID | None = None


class CampaignChanged(Fact):
    """A campaign was created, started, paused, resumed, stopped or finished. The subject is the campaign's id."""

    TYPE: ClassVar[str] = "campaigns.campaign_changed.v1"
    TOPIC: ClassVar[str] = "campaigns-events"

    name: str
    state: Literal["draft", "running", "paused", "stopped", "finished"]


class CampaignsErasureDone(Fact):
    """Receipt: what `campaigns` erased for a request, store by store, and what it still finds (must be 0)."""

    TYPE: ClassVar[str] = "campaigns.erasure_done.v1"
    TOPIC: ClassVar[str] = "campaigns-events"

    request_id: UUID
    stores: dict[str, int]
    remaining: dict[str, int]
