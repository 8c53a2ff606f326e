"""Relations over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from services.customers.attributes.domain.definitions import Kind
from services.customers.relations.domain import KINDS, Period, Relation, RelationKind
from services.customers.relations.service import Statement
from shared.contracts.times import Day
from shared.web.models import AnswerModel, StrictModel

Note = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


class RelationIn(StrictModel):
    """The customer of the path is `kind` the other: Ada is parent_of Byron."""

    kind: RelationKind = Field(description="what the customer of the path is to the other, see GET /relation-kinds")
    other_id: UUID = Field(description="the other end")
    since: Day | None = Field(None, description="the first day, when it is known")
    until: Day | None = Field(None, description="the last day, when it has ended or will end")
    note: Note | None = Field(None, description="what people should know of it")

    def statement(self) -> Statement:
        """What is said."""
        return Statement(self.kind, self.other_id, Period(self.since, self.until), self.note)


class RelationPatch(StrictModel):
    """What is absent stays; null takes away."""

    since: Day | None = Field(None, description="the first day")
    until: Day | None = Field(None, description="the last day: so a relation ends")
    note: Note | None = Field(None, description="what people should know of it")

    def changed(self, relation: Relation) -> tuple[Period, str | None]:
        """Days and note of the relation after this change."""
        sent = self.model_fields_set
        since = self.since if "since" in sent else relation.period.since
        until = self.until if "until" in sent else relation.period.until
        return Period(since, until), self.note if "note" in sent else relation.note


class RelationOut(AnswerModel):
    """`customer_id` is `kind` `other_id`."""

    relation_id: UUID = Field(description="the relation's id")
    customer_id: UUID = Field(description="this end, under the id of today")
    kind: RelationKind = Field(description="what this end is to the other")
    other_id: UUID = Field(description="the other end, under the id of today")
    since: date | None = Field(description="the first day; null when it is not known")
    until: date | None = Field(description="the last day; null while it has no end")
    note: str | None = Field(description="what people should know of it")
    stated_at: datetime = Field(description="when it was said")
    stated_by: str = Field(description="the API key that said it")

    @classmethod
    def of(cls, relation: Relation) -> Self:
        """The answer that shows this relation."""
        plain = {name: getattr(relation, name) for name in cls.model_fields if name not in ("since", "until")}
        return cls(since=relation.period.since, until=relation.period.until, **plain)


class RelationKindOut(AnswerModel):
    """A kind of relation."""

    kind: RelationKind = Field(description="what this end is to the other")
    inverse: RelationKind = Field(description="what the other end is to this one")
    this_end: Kind | None = Field(description="person or firm; null for both")
    other_end: Kind | None = Field(description="person or firm; null for both")

    @classmethod
    def every(cls) -> list[Self]:
        """All of them."""
        return [
            cls(kind=kind, inverse=rule.inverse, this_end=rule.this_end, other_end=KINDS[rule.inverse].this_end)
            for kind, rule in KINDS.items()
        ]
