"""What HTTP sees of segments and static lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Description = Annotated[str, StringConstraints(max_length=2000)]
Definition = Annotated[dict[str, Any], Field(description="a tree of all, any and not over leaves", examples=[
    {"all": [{"attr": "sex", "op": "eq", "value": "male"},
             {"event": "purchase", "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 2}]}
])]  # fmt: skip


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SegmentIn(_In):
    """A new segment."""

    name: Name
    description: Description | None = None
    definition: Definition


class SegmentPatch(_In):
    """What is to change; a definition becomes a new version."""

    name: Name | None = None
    description: Description | None = None
    definition: Definition | None = None


class DefinitionIn(_In):
    """A definition to check, not to save."""

    definition: Definition


class SegmentOut(BaseModel):
    """A segment as it stands. `definition` is the newest version's; `version` is the one that answers."""

    id: UUID
    name: str
    description: str | None
    state: Literal["backfilling", "live", "changing", "archived"] = Field(
        description="backfilling: answers nothing yet; live; changing: the old version answers while the newest one is"
        " filled; archived"
    )
    version: int | None = Field(description="the version that answers; null until the first one is filled")
    newest_version: int
    definition: dict[str, Any]
    members: int | None = Field(description="customers in it now; null until it answers")
    filled: float | None = Field(description="share of the back-fill that is done; null when none is under way")
    created_at: datetime
    changed_at: datetime


class VersionOut(BaseModel):
    """One version of a segment."""

    version: int
    state: Literal["backfilling", "live", "replaced", "archived"]
    definition: dict[str, Any]
    created_at: datetime
    created_by: str
    live_at: datetime | None


class CheckedOut(BaseModel):
    """A definition that may be saved: its canonical form and what it refers to."""

    definition: dict[str, Any]
    segments: list[UUID]


class ListIn(_In):
    """A static list."""

    name: Name
    description: Description | None = None


class ListOut(BaseModel):
    """A static list as it stands."""

    id: UUID
    name: str
    description: str | None
    members: int
    created_at: datetime
    created_by: str


class ListMembersIn(_In):
    """Customers to put on a list."""

    customer_ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000)]
    expires_at: AwareDatetime | None = Field(None, description="until when they are on it; for ever when absent")


class ListMembersOut(BaseModel):
    """For how many that changed something."""

    changed: int


class ListMemberOut(BaseModel):
    """A customer on a static list."""

    customer_id: UUID
    added_at: datetime
    expires_at: datetime | None


class VocabularyOut(BaseModel):
    """What definitions may speak of."""

    attributes: dict[str, str]
    values: dict[str, list[str]]
    events: dict[str, dict[str, str]]
    segments: list[UUID]
    lists: list[UUID]
