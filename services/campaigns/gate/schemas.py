"""Policy and switch over HTTP."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, Field, TypeAdapter, model_validator

from services.campaigns.gate.domain.policy import Policy, Switchboard
from shared.contracts.addressing import Purpose
from shared.web.models import StrictModel
from shared.web.validation import refuse_as_one

_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)


class PolicyCapIn(StrictModel):
    """At most `limit` messages in any `window` over all campaigns; of one purpose when it is named."""

    limit: Annotated[int, Field(ge=1, le=10_000)]
    window: Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=366), description="ISO 8601: P3D")]
    purpose: Purpose | None = None


class PolicyQuietHoursIn(StrictModel):
    """Local time of the customer; over midnight when `end` is earlier."""

    start: time
    end: time


class PolicyIn(StrictModel):
    """What holds over all marketing campaigns."""

    caps: Annotated[list[PolicyCapIn], Field(default_factory=list, max_length=50)]
    quiet_hours: PolicyQuietHoursIn | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse_as_one(self.policy)
        return self

    def policy(self) -> Policy:
        """The domain's form."""
        return _POLICY.validate_python(self.model_dump())


class PolicyOut(BaseModel):
    """The policy with its version."""

    version: int
    caps: list[PolicyCapIn]
    quiet_hours: PolicyQuietHoursIn | None

    @classmethod
    def of(cls, board: Switchboard) -> Self:
        """The policy on the switchboard."""
        return cls(version=board.version, **_POLICY.dump_python(board.policy))


class SwitchIn(StrictModel):
    """true halts every hand-over at once."""

    halted: bool


class SwitchOut(BaseModel):
    """Whether the switch is thrown, and who threw it last."""

    halted: bool
    by: str | None
    at: datetime | None

    @classmethod
    def of(cls, board: Switchboard) -> Self:
        """The switch on the switchboard."""
        return cls(halted=board.halted, by=board.halted_by, at=board.halted_at)
