"""Merges and link candidates over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import StrictBool

from services.customers.attributes.domain.definitions import Value
from services.customers.merges.domain import Candidate, Merge
from shared.security.api_keys import Trust
from shared.web.models import AnswerModel, StrictModel


class MergeIn(StrictModel):
    """`absorbed` becomes an alias of `survivor`; with `dry_run` only show what would be shown."""

    survivor: UUID
    absorbed: UUID
    dry_run: StrictBool = False


class FieldOut(AnswerModel):
    """One field: the value shown, the id it was stated under, and what each of the two showed alone."""

    name: str
    value: Value
    source: UUID
    survivor_value: Value
    absorbed_value: Value


class MergeOut(AnswerModel):
    """A merge as made, or as it would be (`merge_id` is null then)."""

    merge_id: UUID | None
    survivor: UUID
    absorbed: UUID
    at: datetime
    by: str
    fields: list[FieldOut]
    undone_at: datetime | None
    undone_by: str | None

    @classmethod
    def of(cls, merge: Merge, *, dry_run: bool = False) -> Self:
        """The answer that shows this merge."""
        fields = [FieldOut(**{name: getattr(field, name) for name in FieldOut.model_fields}) for field in merge.fields]
        return cls(
            merge_id=None if dry_run else merge.merge_id,
            survivor=merge.survivor,
            absorbed=merge.absorbed,
            at=merge.at,
            by=merge.by,
            fields=fields,
            undone_at=merge.undone_at,
            undone_by=merge.undone_by,
        )


class CandidateOut(AnswerModel):
    """`customer_id` was stated (by `by`) to have an identifier of `kind` that `owner_id` owns: perhaps they are one.
    Both ids are the current ones. `trust` is browser when only a key said so that anybody can read."""

    candidate_id: UUID
    customer_id: UUID
    owner_id: UUID
    kind: str
    at: datetime
    by: str
    trust: Trust

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        """The answer that shows this candidate, under the current ids."""
        return cls(
            candidate_id=candidate.candidate_id,
            customer_id=candidate.current_id or candidate.customer_id,
            owner_id=candidate.current_owner_id or candidate.owner_id,
            kind=candidate.kind,
            at=candidate.at,
            by=candidate.by,
            trust=candidate.trust,
        )
