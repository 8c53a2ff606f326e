"""Policy and switch over HTTP."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from services.campaigns.gate.domain.policy import Policy, Switchboard, Waiting
from shared.contracts.addressing import Purpose
from shared.web.models import StrictModel
from shared.web.validation import only_text, refuse_as_one

_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)


class PolicyCapIn(StrictModel):
    """At most `limit` messages in any `window` over all campaigns; of one purpose when it is named."""

    limit: Annotated[int, Field(ge=1, le=10_000, description="so many marketing messages to one customer")]
    window: Annotated[
        timedelta,
        BeforeValidator(only_text),
        Field(ge=timedelta(minutes=1), le=timedelta(days=366), description="in any span of this length, ISO 8601: P7D"),
    ]
    purpose: Purpose | None = Field(None, description="of this purpose alone; of all when left out")


class PolicyQuietHoursIn(StrictModel):
    """Local time of the customer; over midnight when `end` is earlier."""

    start: Annotated[time, BeforeValidator(only_text)] = Field(description="nothing is handed over from here on")
    end: Annotated[time, BeforeValidator(only_text)] = Field(description="until here; what waited goes then")


class PolicyIn(StrictModel):
    """What holds over all marketing campaigns."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"caps": [{"limit": 2, "window": "P7D"}], "quiet_hours": {"start": "21:00", "end": "08:00"}}]
        }
    )

    caps: Annotated[
        list[PolicyCapIn], Field(default_factory=list, max_length=50, description="all of them hold; none means no cap")
    ]
    quiet_hours: PolicyQuietHoursIn | None = Field(None, description="where a campaign has none of its own")
    spare_complaints: bool = Field(False, description="marketing spares whoever has a complaint that is not solved")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse_as_one(self.policy)
        return self

    def policy(self) -> Policy:
        """The domain's form."""
        return _POLICY.validate_python(self.model_dump())


class PolicyOut(BaseModel):
    """The policy with its version."""

    version: int = Field(description="grows with every change")
    caps: list[PolicyCapIn] = Field(description="over all marketing campaigns")
    quiet_hours: PolicyQuietHoursIn | None = Field(description="where a campaign has none of its own")
    spare_complaints: bool = Field(description="marketing spares whoever has a complaint that is not solved")

    @classmethod
    def of(cls, board: Switchboard) -> Self:
        """The policy on the switchboard."""
        return cls(version=board.version, **_POLICY.dump_python(board.policy))


class SwitchIn(StrictModel):
    """true halts every hand-over at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"halted": False}]})

    halted: bool = Field(description="nothing more is handed over; nothing is lost")
    waiting: Waiting | None = Field(
        None,
        description="of a restored ledger, when hand-overs go on: unknown for messages that may have been sent after "
        "the backup, send if nothing was",
    )


class SwitchOut(BaseModel):
    """Whether the switch is thrown, and who threw it last."""

    halted: bool = Field(description="nothing is handed over")
    by: str | None = Field(description="whose key threw it last")
    at: datetime | None = Field(description="when")
    restored_from: datetime | None = Field(
        description="the instant of the backup from which the ledger came, until somebody has decided about what waited"
    )

    @classmethod
    def of(cls, board: Switchboard) -> Self:
        """The switch on the switchboard."""
        return cls(halted=board.halted, by=board.halted_by, at=board.halted_at, restored_from=board.restored_from)
