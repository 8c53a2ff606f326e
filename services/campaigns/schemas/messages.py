"""Messages, policy and switch over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, model_validator

from services.campaigns.domain.campaign import Policy, Switchboard
from services.campaigns.domain.ledger import MessageRow, MessageState
from services.campaigns.schemas.campaigns import PolicyCapIn, QuietHoursIn, Strict, in_words

_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)


class MessageOut(BaseModel):
    """A row of the ledger. `deferred_for` is what it waits for, or last waited for."""

    id: UUID
    customer_id: UUID
    entry_id: UUID
    step: str
    channel: str
    state: MessageState
    reason: str | None
    deferred_for: str | None
    attempts: int
    enrolled_at: datetime
    not_before: datetime
    expires_at: datetime
    claimed_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    permit_id: UUID | None
    bounced: bool

    @classmethod
    def of(cls, row: MessageRow) -> Self:
        """As shown."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class SettleIn(Strict):
    """What an operator found out about an unknown message."""

    outcome: Literal["handed_over", "failed"]
    note: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")] | None = Field(
        None, description="a slug that is kept as the reason, such as provider-log"
    )


class SettledOut(BaseModel):
    """As it is now."""

    id: UUID
    outcome: Literal["handed_over", "failed"]


class PolicyIn(Strict):
    """What holds over all marketing campaigns."""

    caps: Annotated[list[PolicyCapIn], Field(default_factory=list, max_length=50)]
    quiet_hours: QuietHoursIn | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        in_words(self.policy)
        return self

    def policy(self) -> Policy:
        """The domain's form."""
        return _POLICY.validate_python(self.model_dump())


class PolicyOut(BaseModel):
    """The policy as it stands."""

    version: int
    caps: list[PolicyCapIn]
    quiet_hours: QuietHoursIn | None

    @classmethod
    def of(cls, board: Switchboard) -> Self:
        """As shown."""
        return cls(version=board.version, **_POLICY.dump_python(board.policy))


class SwitchIn(Strict):
    """true halts every hand-over at once."""

    halted: bool


class SwitchOut(BaseModel):
    """The switch as it stands, and who threw it last."""

    halted: bool
    by: str | None
    at: datetime | None

    @classmethod
    def of(cls, board: Switchboard) -> Self:
        """As shown."""
        return cls(halted=board.halted, by=board.halted_by, at=board.halted_at)
