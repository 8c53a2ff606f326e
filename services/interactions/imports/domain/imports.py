"""An import of orders: one file, what is to become of it, how far that is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.interactions.imports.domain.mapping import Terms
from shared.files.mapping import Mapped
from shared.files.sheets import Sheet

State = Literal["uploaded", "mapped", "checking", "checked", "running", "done", "failed", "undoing", "undone"]
Outcome = Literal["new", "duplicate"]
# In these the worker is at it: nothing else may be asked of the import.
BUSY: frozenset[State] = frozenset({"checking", "running", "undoing"})
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
class Import:
    """`grouped` counts the rows that were sorted by their orders, `place` is where the next one lies; `position` counts
    the rows whose orders have been handled since the last start, `after` is the key of the last of these orders."""

    import_id: UUID
    file_name: str
    sha256: str
    size: int
    sheet: Sheet
    mapping: Mapped | None
    terms: Terms | None
    state: State
    created_at: datetime
    created_by: str
    started_at: datetime | None = None
    started_by: str | None = None
    finished_at: datetime | None = None
    undone_by: str | None = None
    failure: str | None = None
    grouped: int = 0
    place: int = 0
    position: int = 0
    after: bytes = b""
    tally: Tally = Tally()

    @property
    def publisher(self) -> str:
        """Who has recorded its orders, as timelines show it."""
        return f"import:{self.import_id}"


@dataclass(frozen=True, slots=True)
class TakenOrder:
    """An order that an import has recorded: where it lies, so that it can be taken back, and the row it began in."""

    digest: bytes
    customer_id: UUID
    time: datetime
    interaction_id: UUID
    row: int


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many rows were refused for one reason, and the first of them."""

    reason: str
    rows: int
    first_rows: Sequence[int]


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
