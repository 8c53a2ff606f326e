"""Service cases over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from services.interactions.cases.domain import Case, CaseMessage, CaseStep, Direction
from services.interactions.cases.service import NewCase
from shared.contracts.interactions import CaseKind, CasePriority, CaseState, Channel
from shared.contracts.times import Instant
from shared.web.models import AnswerModel, StrictModel

Owner = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"^[^\x00]+$")]
_KIND = "what it is; an open complaint is known to segments and to the gate of campaigns"
_STATE = "open; pending: the customer has to answer; solved; closed; reopened: it was solved or closed before"
_DUE = "when it should be solved; by priority after 4 hours, 1, 3 or 7 days where nobody says so"


class CaseIn(StrictModel):
    """A case to open, for a customer or from a contact."""

    customer_id: UUID | None = Field(None, description="whose it is; may be left out where a contact is named")
    interaction_id: UUID | None = Field(None, description="the contact it comes from, as the timeline shows it")
    kind: CaseKind = Field(description=_KIND)
    subject: Subject = Field(description="what it is about, in one line; it stays in this service")
    priority: CasePriority = Field("normal", description="how soon it is due where nobody says when")
    owner: Owner | None = Field(None, description="who takes care of it")
    channel: Channel | None = Field(None, description="how the customer came to say so; a contact's own by default")
    due_at: Instant | None = Field(None, description=_DUE)
    message: Text | None = Field(None, description="what the customer said")

    def case(self) -> NewCase:
        """The use case's form."""
        return NewCase(**{name: getattr(self, name) for name in type(self).model_fields})


class CaseChangeIn(StrictModel):
    """What is to be different; what is left out stays."""

    state: CaseState | None = Field(None, description=_STATE)
    priority: CasePriority | None = Field(None, description="how urgent it is; the due time stays")
    owner: Owner | None = Field(None, description="who takes care of it; null takes the owner off")
    due_at: Instant | None = Field(None, description="when it should be solved")
    subject: Subject | None = Field(None, description="what it is about")
    version: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="refuse the change when the case is at another version"
    )

    def values(self) -> dict[str, Any]:
        """Fields that were sent. Only an owner can be taken off."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"version"}}
        return {name: value for name, value in sent.items() if value is not None or name == "owner"}


class CaseOut(AnswerModel):
    """A case as it stands."""

    id: UUID = Field(description="of the case")
    customer_id: UUID = Field(description="whose it is")
    kind: CaseKind = Field(description=_KIND)
    state: CaseState = Field(description=_STATE)
    priority: CasePriority = Field(description="how urgent it is")
    subject: str = Field(description="what it is about")
    owner: str | None = Field(description="who takes care of it")
    channel: Channel | None = Field(description="how the customer came to say so")
    interaction_id: UUID | None = Field(description="the contact it comes from")
    opened_at: datetime = Field(description="when it was opened")
    opened_by: str = Field(description="the API key that opened it")
    due_at: datetime = Field(description="when it should be solved")
    overdue: bool = Field(description="it should have been solved by now")
    changed_at: datetime = Field(description="when it changed last")
    solved_at: datetime | None = Field(description="when it was solved")
    closed_at: datetime | None = Field(description="when it was closed")
    reopened: int = Field(description="how often it was reopened")
    version: int = Field(description="grows with every change")

    @classmethod
    def of(cls, case: Case, now: datetime) -> Self:
        """The answer that shows it at `now`."""
        return cls(**cls.fields_of(case, now))

    @classmethod
    def fields_of(cls, case: Case, now: datetime) -> dict[str, Any]:
        """Its fields at `now`."""
        values = {name: getattr(case, name) for name in CaseOut.model_fields if name != "overdue"}
        return {**values, "overdue": case.overdue(now)}


class CaseMessageIn(StrictModel):
    """Something that was said in a case."""

    direction: Direction = Field(description="in: the customer said so; out: they were told; note: among colleagues")
    text: Text = Field(description="the words; they stay in this service")


class CaseMessageOut(AnswerModel):
    """Something that was said in a case."""

    id: UUID = Field(description="of the message")
    case_id: UUID = Field(description="the case that it belongs to")
    at: datetime = Field(description="when")
    by: str = Field(description="the API key that wrote it down")
    direction: Direction = Field(description="in, out, or note")
    text: str = Field(description="the words")

    @classmethod
    def of(cls, message: CaseMessage) -> Self:
        """The answer that shows it."""
        return cls.model_validate(message, from_attributes=True)


class CaseStepOut(AnswerModel):
    """A change of a case."""

    at: datetime = Field(description="when")
    by: str = Field(description="the API key that changed it")
    what: dict[str, list[Any]] = Field(description="old and new value by field; of the subject only that it changed")

    @classmethod
    def of(cls, step: CaseStep) -> Self:
        """The answer that shows it."""
        return cls(at=step.at, by=step.by, what=dict(step.what))


class CaseWithStepsOut(CaseOut):
    """A case with its history."""

    steps: list[CaseStepOut] = Field(description="the newest 500 changes, in their order")

    @classmethod
    def with_steps(cls, case: Case, steps: list[CaseStep], now: datetime) -> Self:
        """The answer that shows both."""
        return cls(**cls.fields_of(case, now), steps=[CaseStepOut.of(step) for step in steps])


StateFilter = Literal["active", "open", "pending", "solved", "closed", "reopened", "any"]
