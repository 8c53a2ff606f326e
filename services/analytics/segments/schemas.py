"""What HTTP sees of segments and static lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.times import Instant

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Description = Annotated[str, StringConstraints(max_length=2000)]
EXAMPLE: Any = {
    "all": [
        {"attr": "sex", "op": "eq", "value": "male"},
        {"event": "purchase", "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 2},
    ]
}
Definition = Annotated[dict[str, Any], Field(description="a tree of all, any and not over leaves", examples=[EXAMPLE])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SegmentIn(_In):
    """A new segment."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Came twice in a month", "definition": EXAMPLE}]}
    )

    name: Name = Field(description="what people call it, unique among those not archived")
    description: Description | None = Field(None, description="what it is for")
    definition: Definition


class SegmentPatch(_In):
    """What is to change; a definition becomes a new version."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"description": "For the spring letter"}]})

    name: Name | None = Field(None, description="a new name; unchanged when absent")
    description: Description | None = Field(None, description="a new description; unchanged when absent")
    definition: Definition | None = Field(None, description="a new version; unchanged when absent")


class DefinitionIn(_In):
    """A definition to check, not to save."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"definition": EXAMPLE}]})

    definition: Definition


class SegmentOut(BaseModel):
    """A segment as it stands. `definition` is the newest version's; `version` is the one that answers."""

    id: UUID = Field(description="the segment")
    name: str = Field(description="what people call it, unique among those not archived")
    description: str | None = Field(description="what it is for")
    state: Literal["backfilling", "live", "changing", "archived"] = Field(
        description="backfilling: answers nothing yet; live; changing: the old version answers while the newest one is"
        " filled; archived"
    )
    version: int | None = Field(description="the version that answers; null until the first one is filled")
    newest_version: int = Field(description="the version of `definition`")
    definition: dict[str, Any] = Field(description="the newest version's tree, in canonical form")
    members: int | None = Field(description="customers in it now; null until it answers")
    filled: float | None = Field(description="share of the back-fill that is done; null when none is under way")
    created_at: datetime = Field(description="when it was made")
    changed_at: datetime = Field(description="when it was changed or began to answer")


class VersionOut(BaseModel):
    """One version of a segment."""

    version: int = Field(description="1, 2, 3 …")
    state: Literal["backfilling", "live", "replaced", "archived"] = Field(
        description="replaced: a newer one answers, or it was never filled"
    )
    definition: dict[str, Any] = Field(description="the tree, in canonical form")
    created_at: datetime = Field(description="when it was saved")
    created_by: str = Field(description="the key that saved it")
    live_at: datetime | None = Field(description="since when it answers, or did; null when it never did")


class CheckedOut(BaseModel):
    """A definition that may be saved: its canonical form and what it refers to."""

    definition: dict[str, Any] = Field(description="the canonical form: equal meanings give equal JSON")
    segments: list[UUID] = Field(description="the segments that it refers to")


class ListIn(_In):
    """A static list."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Guests of the summer fair"}]})

    name: Name = Field(description="what people call it, unique among lists")
    description: Description | None = Field(None, description="what it is for")


class ListOut(BaseModel):
    """A static list as it stands."""

    id: UUID = Field(description="the list")
    name: str = Field(description="what people call it")
    description: str | None = Field(description="what it is for")
    members: int = Field(description="customers on it, those whose time is up included")
    created_at: datetime = Field(description="when it was made")
    created_by: str = Field(description="the key that made it")


class ListMembersIn(_In):
    """Customers to put on a list, or to take off it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"customer_ids": ["6f1c1a52-4a0e-5d0f-9d5b-0f6f0d6f2b11"]}]}
    )

    customer_ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000, description="the customers")]
    expires_at: Instant | None = Field(None, description="until when they are on it; for ever when absent")


class ListMembersOut(BaseModel):
    """For how many that changed something."""

    changed: int = Field(description="customers who were not on it before, or are not any more")


class ListMemberOut(BaseModel):
    """A customer on a static list."""

    customer_id: UUID = Field(description="the customer")
    added_at: datetime = Field(description="since when")
    expires_at: datetime | None = Field(description="until when; null for ever")


class VocabularyOut(BaseModel):
    """What definitions may speak of."""

    attributes: dict[str, str] = Field(description="type of each attribute")
    values: dict[str, list[str]] = Field(description="all values of attributes that have few")
    scores: dict[str, str] = Field(description="type of each score")
    score_values: dict[str, list[str]] = Field(description="all values of scores that have few")
    events: dict[str, dict[str, str]] = Field(description="properties of each kind of event, with their types")
    segments: list[UUID] = Field(description="segments that answer")
    lists: list[UUID] = Field(description="static lists")
