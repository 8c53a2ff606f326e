"""The rules of a service case: its states, when it is due, and what a message does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from services.interactions.cases.errors import CaseMoveRefused
from shared.contracts.interactions import CaseKind, CasePriority, CaseState, Channel

Direction = Literal["in", "out", "note"]

# Somebody has to do something about these: the firm, or (pending) the customer.
ACTIVE: frozenset[CaseState] = frozenset({"open", "pending", "reopened"})
MOVES: Mapping[CaseState, frozenset[CaseState]] = {
    "open": frozenset({"pending", "solved", "closed"}),
    "pending": frozenset({"open", "solved", "closed"}),
    "solved": frozenset({"closed", "reopened"}),
    "closed": frozenset({"reopened"}),
    "reopened": frozenset({"pending", "solved", "closed"}),
}
# Where nobody says when a case is due.
DUE_AFTER: Mapping[CasePriority, timedelta] = {
    "urgent": timedelta(hours=4),
    "high": timedelta(days=1),
    "normal": timedelta(days=3),
    "low": timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. `version` grows with every change; `reopened` counts how often it was."""

    id: UUID
    customer_id: UUID
    kind: CaseKind
    state: CaseState
    priority: CasePriority
    subject: str
    owner: str | None
    channel: Channel | None
    interaction_id: UUID | None
    opened_at: datetime
    opened_by: str
    due_at: datetime
    changed_at: datetime
    solved_at: datetime | None
    closed_at: datetime | None
    reopened: int
    version: int

    @property
    def active(self) -> bool:
        """Whether something is still to be done."""
        return self.state in ACTIVE

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been solved by `now`."""
        return self.active and self.due_at < now


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """What was said in a case: by the customer (in), to them (out), or among colleagues (note)."""

    id: UUID
    case_id: UUID
    at: datetime
    by: str
    direction: Direction
    text: str


@dataclass(frozen=True, slots=True)
class CaseStep:
    """What was changed in a case, when and by whom: old and new values by field. Nothing that somebody wrote."""

    at: datetime
    by: str
    what: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are asked for; None does not restrict."""

    states: frozenset[CaseState] | None = None
    kind: CaseKind | None = None
    priority: CasePriority | None = None
    owner: str | None = None
    unowned: bool = False
    overdue_at: datetime | None = None


def due_of(priority: CasePriority, opened_at: datetime) -> datetime:
    """When a case is due of which nobody says so."""
    return opened_at + DUE_AFTER[priority]


def changed(case: Case, values: Mapping[str, Any], now: datetime) -> Case:
    """The case with these fields changed at `now`; the same where nothing differs. Raises CaseMoveRefused."""
    fresh = {name: value for name, value in values.items() if getattr(case, name) != value}
    if not fresh:
        return case
    if "state" in fresh:
        fresh |= _moved(case, fresh["state"], now)
    return replace(case, **fresh, changed_at=now, version=case.version + 1)


def after_message(case: Case, direction: Direction, now: datetime) -> Case:
    """A customer who answers makes a case that waited for them open, and one that was done with reopened."""
    if direction != "in" or case.state in ("open", "reopened"):
        return case
    return changed(case, {"state": "open" if case.state == "pending" else "reopened"}, now)


def differences(before: Case, after: Case) -> dict[str, list[Any]]:
    """Old and new value of each field that changed and that may be kept for ever: the subject is only said to have."""
    named = ("state", "priority", "owner", "due_at")
    found = {
        name: [getattr(before, name), getattr(after, name)]
        for name in named
        if getattr(before, name) != getattr(after, name)
    }
    return {**found, **({"subject": []} if before.subject != after.subject else {})}


def _moved(case: Case, state: CaseState, now: datetime) -> dict[str, Any]:
    if state not in MOVES[case.state]:
        raise CaseMoveRefused(
            f"A case that is {case.state} cannot become {state}.",
            cure=f"From here it can become {', '.join(sorted(MOVES[case.state]))}.",
            where="/state",
        )
    if state == "reopened":
        return {"reopened": case.reopened + 1, "solved_at": None, "closed_at": None}
    return {
        "solved_at": now if state == "solved" else case.solved_at,
        "closed_at": now if state == "closed" else case.closed_at,
    }
