"""Bodies of requests and answers at the door for what people answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.privacy.inbound.domain import Answer, Word
from services.privacy.inbound.errors import NoSuchSender
from services.privacy.inbound.service import Outcome
from shared.contracts.inbound import Code, CustomerRef, Strict
from shared.contracts.times import Instant


class InboundIn(Strict):
    """An SMS or e-mail that somebody sent back, as a provider hands it over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"message_id": "SM7f3a", "channel": "sms", "from": "+447700900123", "text": "Stop."}]
        },
        populate_by_name=True,
    )

    message_id: Code = Field(description="the provider's own id: sent again it changes nothing")
    channel: Literal["sms", "email"] = Field(description="on which it came")
    sender: Annotated[str, StringConstraints(min_length=3, max_length=320, pattern=r"^[^\x00]+$")] = Field(
        alias="from", description="the phone number or address that sent it"
    )
    text: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = Field(
        description="what it says, without quotes of what it answers"
    )
    received_at: Instant | None = Field(None, description="when the provider received it; now when absent")

    def answer(self, provider: str, now: datetime) -> Answer:
        """What the use case takes. Raises NoSuchSender."""
        try:
            CustomerRef(email=self.sender) if self.channel == "email" else CustomerRef(phone=self.sender)
        except ValueError:
            raise NoSuchSender(
                f"{self.channel} comes from no such address.",
                cure="Send the address as the provider has it.",
                where="/from",
            ) from None
        received_at = min(self.received_at or now, now)
        return Answer(provider, self.message_id, self.channel, self.sender, self.text, received_at)


class InboundOut(BaseModel):
    """What was made of it."""

    word: Word | None = Field(description="the word that it is; null for anything else")
    withdrawn: int = Field(description="lines of the ledger that it led to")
    passed_on: bool = Field(description="it becomes a contact in interactions")
    repeated: bool = Field(description="it was taken before")

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The outcome as it is told."""
        return cls(
            word=outcome.word, withdrawn=outcome.withdrawn, passed_on=outcome.passed_on, repeated=outcome.repeated
        )
