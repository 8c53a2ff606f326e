"""Bodies of requests for permits and of their answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.privacy.identity.domain import Hashing
from services.privacy.permits.domain import Permit, Question, Reason
from services.privacy.suppression_lists.domain import Entry
from shared.contracts.addressing import AddressText, ChannelName, Purpose
from shared.contracts.inbound import Strict
from shared.ids import quick_id


class PermitIn(Strict):
    """A message that is about to be handed over. `message_id` is the ledger's."""

    message_id: UUID
    customer_id: UUID
    purpose: Purpose
    channel: ChannelName
    address: AddressText

    def question(self, hashing: Hashing) -> Question:
        """What the use case takes: the address as its hashes."""
        fingerprint, *formers = hashing.address(self.channel, self.address).fingerprints
        return Question(
            quick_id(self.message_id),
            quick_id(self.customer_id),
            self.purpose,
            self.channel,
            fingerprint,
            formers=tuple(formers),
            second_selves=hashing.second_selves(self.address) if self.channel == "email" else (),
            sha256=Entry.of(self.channel, self.address, hashing.region).digest,
        )


class PermitsIn(Strict):
    """Up to 500 messages."""

    requests: Annotated[list[PermitIn], Field(min_length=1, max_length=500)]


class PermitOut(BaseModel):
    """Granted: hand over within ten seconds of asking, or ask again. Refused: the reason."""

    message_id: UUID
    granted: bool
    permit_id: UUID | None = None
    at: datetime | None = None
    reason: Reason | None = None

    @classmethod
    def of(cls, question: PermitIn, answer: Permit | Reason) -> Self:
        """The answer to one request."""
        if isinstance(answer, Permit):
            at = answer.granted_at
            return cls(message_id=question.message_id, granted=True, permit_id=answer.permit_id, at=at)
        return cls(message_id=question.message_id, granted=False, reason=answer)


class PermitsOut(BaseModel):
    """One answer for each message, in the order of the request."""

    results: list[PermitOut]
