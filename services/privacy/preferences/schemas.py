"""Bodies of requests and answers about wishes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from services.privacy.notices.schemas import Language
from services.privacy.preferences.domain import Frequency, Preferences
from shared.contracts.addressing import Purpose
from shared.contracts.inbound import CustomerRef, Strict
from shared.contracts.times import Instant


class PreferencesIn(Strict):
    """How somebody wants to be written to. It permits nothing: that is what consent does."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"frequencies": {"marketing": "monthly"}}]})

    paused_until: Instant | None = Field(None, description="nothing but service messages before that")
    language: Language | None = Field(None, description="of messages")
    frequencies: Annotated[dict[Purpose, Frequency], Field(max_length=50)] = Field(
        default_factory=dict, description="how often at most, by purpose"
    )

    @property
    def wish(self) -> Preferences:
        """What the use case takes."""
        return Preferences(self.paused_until, self.language, dict(self.frequencies))


class PreferencesOut(BaseModel):
    """What somebody wishes, over all of their ids: the longest pause, the least often."""

    paused_until: datetime | None = Field(description="nothing but service messages before that")
    language: str | None = Field(description="of messages")
    frequencies: dict[str, Frequency] = Field(description="how often at most, by purpose")
    changed_at: datetime | None = Field(description="when it was said last")
    changed_by: str = Field(description="the API key, or preference-centre")

    @classmethod
    def of(cls, wish: Preferences) -> Self:
        """Wishes as they are shown."""
        return cls(
            paused_until=wish.paused_until,
            language=wish.language,
            frequencies=dict(wish.frequencies),
            changed_at=wish.changed_at,
            changed_by=wish.changed_by,
        )


class LinkIn(Strict):
    """Whose preference centre is to be opened: the customer, and the e-mail by which it speaks for them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"customer": {"customer_id": "8f0d3c51-0b1e-8c55-9a77-5b1d0a4e2f01", "email": "rosa@example.test"}}
            ]
        }
    )

    customer: CustomerRef = Field(description="who it is, with the e-mail")


class LinkOut(BaseModel):
    """The address of somebody's preference centre. Whoever has it may choose for them: give it to nobody else."""

    url: str = Field(description="the page")
