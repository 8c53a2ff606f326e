"""Pairs that are alike, and comparisons of everybody, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field, StrictBool

from services.customers.attributes.domain.definitions import Kind
from services.customers.duplicates.domain.proposals import Counts, Duplicate, Run, RunState, State
from services.customers.duplicates.domain.scoring import AUTOMATIC, PROPOSED, Agreement
from shared.web.models import AnswerModel, StrictModel


class AgreementOut(AnswerModel):
    """How one field of the two agrees."""

    field: str = Field(description="family_name, given_name, legal_name, birth_date, address, phone, email or sex")
    agreement: Agreement = Field(
        description="same; similar: a typing error; sounds_alike; swapped: in each other's box; part: one holds the "
        "other; initial: a first letter; near: a date but for a digit, the same place; moved; different"
    )
    points: float = Field(description="above 0 says that they are one, below 0 that they are two (powers of two)")


class DuplicateOut(AnswerModel):
    """Two customers who may be one, and why."""

    duplicate_id: UUID = Field(description="the pair's id")
    customer_id: UUID = Field(description="one of the two")
    other_id: UUID = Field(description="the other")
    kind: Kind = Field(description="person or firm")
    score: float = Field(description="how likely they are one, from 0 to 1")
    fields: list[AgreementOut] = Field(description="what the score is made of")
    automatic: bool = Field(description="alike enough to be merged without anybody looking, where that is switched on")
    state: State = Field(description="open, confirmed or rejected")
    survivor: UUID | None = Field(
        description="who stays when nobody is named; null when the two are one already, or one is erased"
    )
    found_at: datetime = Field(description="when the pair was proposed first")
    decided_at: datetime | None = Field(description="when it was confirmed or rejected")
    decided_by: str | None = Field(description="the API key that decided; `duplicates` when nobody looked")
    merge_id: UUID | None = Field(description="the merge that confirming made: undo it by its id")

    @classmethod
    def of(cls, pair: Duplicate, survivor: UUID | None) -> Self:
        """The answer that shows this pair."""
        fields = [AgreementOut(field=one.field, agreement=one.agreement, points=one.points) for one in pair.fields]
        plain = {name: getattr(pair, name) for name in cls.model_fields if name not in ("fields", "survivor")}
        return cls(**plain, fields=fields, survivor=survivor)


class ConfirmIn(StrictModel):
    """Who stays, and whether to do it or to show it."""

    survivor: UUID | None = Field(None, description="who of the two stays; without it the suggested one")
    dry_run: StrictBool = Field(False, description="show, field by field, what would come of it, and change nothing")


class DuplicateCountsOut(AnswerModel):
    """How many pairs there are, and by which scores they are proposed and merged."""

    open: int = Field(description="pairs that wait for a decision")
    sure: int = Field(description="of those: alike enough to be merged without anybody looking")
    confirmed: int = Field(description="pairs that were merged")
    rejected: int = Field(description="pairs that are two")
    waiting: int = Field(description="customers who changed and are not compared yet")
    proposed_from: float = Field(description="the score from which a pair is proposed")
    automatic_from: float = Field(description="the score from which a pair may be merged without anybody looking")
    automatic: bool = Field(description="whether that is switched on (DUPLICATES_AUTOMATIC)")

    @classmethod
    def of(cls, counts: Counts, automatic: bool) -> Self:
        """The answer that shows these counts."""
        return cls(
            open=counts.open,
            sure=counts.sure,
            confirmed=counts.confirmed,
            rejected=counts.rejected,
            waiting=counts.waiting,
            proposed_from=PROPOSED,
            automatic_from=AUTOMATIC,
            automatic=automatic,
        )


class DuplicateRunOut(AnswerModel):
    """A comparison of everybody, and how far it is."""

    run_id: UUID = Field(description="the comparison's id")
    state: RunState = Field(description="running, done or cancelled")
    customers: int = Field(description="about how many customers there are; exactly when it is done")
    compared: int = Field(description="how many were compared")
    found: int = Field(description="pairs that were not proposed before")
    started_at: datetime = Field(description="when it began")
    started_by: str = Field(description="the API key that started it; `duplicates` for the first one")
    finished_at: datetime | None = Field(description="when it was done or cancelled")

    @classmethod
    def of(cls, run: Run) -> Self:
        """The answer that shows this comparison."""
        return cls(**{name: getattr(run, name) for name in cls.model_fields})
