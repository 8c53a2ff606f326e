"""Event types over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from services.interactions.event_types.domain.schema import MOST_PROPERTIES, Misfit
from services.interactions.event_types.domain.types import EventType
from shared.web.models import AnswerModel, StrictModel

Property = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
_SCHEMA_EXAMPLE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "level": {"type": "string", "enum": ["beginner", "advanced"]},
        "seats": {"type": "integer", "minimum": 1},
        "wish": {"type": "string", "maxLength": 500},
    },
    "required": ["level"],
    "additionalProperties": False,
}


class EventTypeIn(StrictModel):
    """What events of a name look like."""

    description: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]+$")] = Field(
        description="what has happened when such an event comes", examples=["Somebody booked a course"]
    )
    schema_: dict[str, Any] = Field(
        alias="schema",
        description="JSON Schema of the properties: strings, numbers, integers, booleans, arrays and objects, "
        "with enum, minLength, maxLength, minimum, maximum, required and additionalProperties",
        examples=[_SCHEMA_EXAMPLE],
    )
    segmentable: Annotated[list[Property], Field(max_length=MOST_PROPERTIES)] = Field(
        [],
        description="properties that segments may use: numbers, yes or no, and short codes",
        examples=[["level", "seats"]],
    )
    personal: Annotated[list[Property], Field(max_length=MOST_PROPERTIES)] = Field(
        [], description="properties about the person: they stay in this database", examples=[["wish"]]
    )


class EventTypeOut(AnswerModel):
    """A declared event type."""

    name: str
    description: str
    schema_: dict[str, Any] = Field(alias="schema")
    segmentable: list[str]
    personal: list[str]
    version: int
    changed_at: datetime
    changed_by: str

    @classmethod
    def of(cls, type_: EventType) -> Self:
        """The answer that shows it."""
        return cls(
            name=type_.name,
            description=type_.description,
            schema=dict(type_.schema),
            segmentable=list(type_.segmentable),
            personal=list(type_.personal),
            version=type_.version,
            changed_at=type_.changed_at,
            changed_by=type_.changed_by,
        )


class EventTypesOut(AnswerModel):
    """Every declared event type, by name."""

    items: list[EventTypeOut]


class PropertiesIn(StrictModel):
    """Properties of an event that nobody has sent yet."""

    properties: dict[str, Any] = Field(examples=[{"level": "beginner", "seats": 2}])


class MisfitOut(AnswerModel):
    """One thing by which an event does not fit."""

    reason: str
    where: str
    what: str
    cure: str


class CheckedOut(AnswerModel):
    """Whether such an event would be recorded."""

    fits: bool
    errors: list[MisfitOut]

    @classmethod
    def of(cls, misfits: list[Misfit]) -> Self:
        """The answer that shows them."""
        errors = [MisfitOut(reason=one.reason, where=one.where, what=one.what, cure=one.cure) for one in misfits]
        return cls(fits=not errors, errors=errors)
