"""What an import of orders adds to every import: terms, rows sorted by orders, and what the orders came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from services.interactions.imports.domain.mapping import Terms
from shared.files.imports.domain import FileImport

Outcome = Literal["new", "duplicate"]
Sums = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Orders by what they came to. `sums` are those of the new ones, `known_sums` those of the duplicates, by currency:
    orders, bought and returned (minor units). Of the new ones `strangers` are by customers whom nobody has told of
    yet, `unvalued` in a currency without a rate. `taken_back` counts orders that an undo took back."""

    new: int = 0
    duplicate: int = 0
    refused: int = 0
    refused_rows: int = 0
    strangers: int = 0
    unvalued: int = 0
    taken_back: int = 0
    sums: Sums = field(default_factory=dict)
    known_sums: Sums = field(default_factory=dict)

    def with_order(self, outcome: Outcome, event: Mapping[str, Any], *, stranger: bool, unvalued: bool) -> Tally:
        """One more order that could be read."""
        if outcome == "duplicate":
            return replace(self, duplicate=self.duplicate + 1, known_sums=_with(self.known_sums, event))
        return replace(
            self,
            new=self.new + 1,
            strangers=self.strangers + stranger,
            unvalued=self.unvalued + unvalued,
            sums=_with(self.sums, event),
        )


@dataclass(frozen=True, slots=True)
class Import(FileImport):
    """A file of orders. `grouped` counts the rows that were sorted by their orders, `place` is where the next one lies;
    `position` counts the rows whose orders have been handled since the last start, `after` is the key of the last of
    these orders."""

    terms: Terms | None = None
    undone_by: str | None = None
    grouped: int = 0
    after: bytes = b""
    tally: Tally = Tally()

    def anew(self) -> Self:
        """The import before its first order; its rows stay sorted."""
        return replace(FileImport.anew(self), after=b"", tally=Tally())


@dataclass(frozen=True, slots=True)
class TakenOrder:
    """An order that an import has recorded: where it lies, so that it can be taken back, and the row it began in."""

    digest: bytes
    customer_id: UUID
    time: datetime
    interaction_id: UUID
    row: int


@dataclass(frozen=True, slots=True)
class Example:
    """What one order came to: the row it begins in, and the basket as it is recorded."""

    row: int
    outcome: Outcome
    order: Mapping[str, Any]


def _with(sums: Sums, event: Mapping[str, Any]) -> Sums:
    data = event["data"]
    which = "bought" if event["type"] == "purchase" else "returned"
    before = sums.get(data["currency"], {"orders": 0, "bought": 0, "returned": 0})
    amount = sum(line["amount"] for line in data["lines"])
    return {**sums, data["currency"]: {**before, "orders": before["orders"] + 1, which: before[which] + amount}}
