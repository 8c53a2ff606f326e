"""The states of a service case: which follow each other, what a message does, when it is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest

from services.interactions.cases.domain import MOVES, Case, after_message, changed, differences, due_of
from services.interactions.cases.errors import CaseMoveRefused
from shared.contracts.interactions import CaseState

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
STATES: tuple[CaseState, ...] = get_args(CaseState)
# Said by hand and not read out of the rules: who may become what.
ALLOWED = {
    ("open", "pending"), ("open", "solved"), ("open", "closed"), ("pending", "open"), ("pending", "solved"),
    ("pending", "closed"), ("solved", "closed"), ("solved", "reopened"), ("closed", "reopened"),
    ("reopened", "pending"), ("reopened", "solved"), ("reopened", "closed"),
}  # fmt: skip


def a_case(state: CaseState = "open") -> Case:
    return Case(
        id=UUID(int=1), customer_id=UUID(int=2), kind="complaint", state=state, priority="normal", subject="MARKER",
        owner=None, channel=None, interaction_id=None, opened_at=NOON, opened_by="agent", due_at=LATER, changed_at=NOON,
        solved_at=None, closed_at=None, reopened=0, version=1,
    )  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("wanted", STATES)
def test_a_case_moves_as_it_may_and_not_otherwise(state: CaseState, wanted: CaseState) -> None:
    """Catches a closed case that becomes open without anybody counting it as reopened."""
    if state == wanted:
        assert changed(a_case(state), {"state": wanted}, LATER) == a_case(state)
    elif (state, wanted) in ALLOWED:
        moved = changed(a_case(state), {"state": wanted}, LATER)
        assert (moved.state, moved.version, moved.changed_at) == (wanted, 2, LATER)
        assert (moved.solved_at, moved.closed_at) == (
            LATER if wanted == "solved" else None,
            LATER if wanted == "closed" else None,
        )
        assert moved.reopened == (wanted == "reopened")
    else:
        with pytest.raises(CaseMoveRefused) as refused:
            changed(a_case(state), {"state": wanted}, LATER)
        assert all(name in str(refused.value.cure) for name in MOVES[state])


@pytest.mark.parametrize(
    ("state", "becomes"),
    [("open", "open"), ("pending", "open"), ("solved", "reopened"), ("closed", "reopened"), ("reopened", "reopened")],
)
def test_a_customer_who_answers_is_not_overlooked(state: CaseState, becomes: CaseState) -> None:
    """Catches an answer to a solved case that nobody reads, and a note that reopens one."""
    assert after_message(a_case(state), "in", LATER).state == becomes
    assert after_message(a_case(state), "out", LATER) == a_case(state)
    assert after_message(a_case(state), "note", LATER) == a_case(state)


def test_only_what_is_still_to_be_done_is_overdue() -> None:
    """Catches solved cases in the list of overdue ones, and a case that is overdue before its time."""
    assert not a_case().overdue(LATER)
    assert a_case().overdue(LATER + timedelta(seconds=1))
    assert [state for state in STATES if a_case(state).overdue(LATER + timedelta(days=9))] == [
        "open",
        "pending",
        "reopened",
    ]
    assert due_of("urgent", NOON) < due_of("high", NOON) < due_of("normal", NOON) < due_of("low", NOON)


def test_the_history_keeps_no_free_text() -> None:
    """Catches a subject in the history of a case, where nobody would look for what somebody wrote."""
    after = replace(a_case("pending"), subject="another MARKER", owner="eve")
    assert differences(a_case(), after) == {"state": ["open", "pending"], "owner": [None, "eve"], "subject": []}
