"""What holds after some statements, over one id and over the ids of a merged customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.privacy.consents.domain.judging import judge
from services.privacy.consents.domain.ledger import Action, Head, Proof, Scope, Statement, head_after
from services.privacy.permits.domain import Reason
from shared.customers.group import Group

START = datetime(2017, 1, 1, tzinfo=UTC)
PROOF = Proof(recorded_by="test")
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def group(current: UUID) -> Group:
    return Group(current, (A, B, C))


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def a_statement(action: Action, on: float, *, until: float | None = None, by: UUID = A) -> Statement:
    scope = Scope(by, "marketing", "email")
    expires = day(until) if until is not None else None
    return Statement(UUID(int=int(on * 10) + 100), scope, action, day(on), PROOF, expires)


def fold(statements: Sequence[Statement]) -> dict[UUID, Head]:
    """Heads by customer id, statements recorded in the given order."""
    heads: dict[UUID, Head] = {}
    for version, statement in enumerate(statements, 1):
        head = head_after(heads.get(statement.scope.customer_id), statement, version)
        if head is not None:
            heads[statement.scope.customer_id] = head
    return heads


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    action = draw(st.sampled_from(list(Action)))
    on = draw(st.integers(0, 20))
    until = draw(st.none() | st.integers(on + 1, 40)) if action is Action.GRANTED else None
    return a_statement(action, on, until=until, by=draw(st.sampled_from([A, B, C])))


LEDGERS = st.lists(statements(), max_size=12)


@given(LEDGERS, st.integers(0, 45))
def test_after_a_refusal_nothing_goes_out_until_a_later_yes(ledger: list[Statement], now: int) -> None:
    """Catches a grant that outlives a refusal. Told from the ledger alone, in other words than the code's."""
    allowed = judge(list(fold(ledger).values()), group(A), day(now)) is None
    refusals = [(place, statement) for place, statement in enumerate(ledger) if statement.action is not Action.GRANTED]
    grants = [(place, statement) for place, statement in enumerate(ledger) if statement.action is Action.GRANTED]
    for place, refusal in refusals:
        if refusal.scope.customer_id == A or _last_refuses(ledger, refusal.scope.customer_id):
            later = [g for at, g in grants if at > place and g.occurred_at >= refusal.occurred_at]
            if not [g for g in later if g.scope.customer_id == A]:
                assert not allowed


def _last_refuses(ledger: list[Statement], customer_id: UUID) -> bool:
    head = fold([statement for statement in ledger if statement.scope.customer_id == customer_id]).get(customer_id)
    return head is not None and not head.granted


@given(LEDGERS, st.integers(0, 45), st.sampled_from([A, B, C]))
def test_no_message_without_a_grant_that_runs(ledger: list[Statement], now: int, current: UUID) -> None:
    """Catches consent from nothing, or from a form that ran out."""
    running = [
        statement
        for statement in ledger
        if statement.action is Action.GRANTED and (statement.expires_at is None or statement.expires_at > day(now))
    ]
    if judge(list(fold(ledger).values()), group(current), day(now)) is None:
        assert running


@given(LEDGERS, st.integers(0, 45), st.sampled_from([A, B, C]), st.sampled_from([A, B, C]))
def test_a_refusal_under_any_id_stops_everything_at_once(
    ledger: list[Statement], now: int, current: UUID, by: UUID
) -> None:
    """Catches a refusal that holds only for one of the ids, or only when it is the newest by its date."""
    for action in (Action.DENIED, Action.WITHDRAWN):
        heads = fold([*ledger, a_statement(action, 0, by=by)])
        assert judge(list(heads.values()), group(current), day(now)) is not None


@given(LEDGERS, st.sampled_from([A, B, C]))
def test_a_new_yes_under_the_current_id_is_always_enough(ledger: list[Statement], current: UUID) -> None:
    """Catches a customer who can never come back."""
    heads = fold([*ledger, a_statement(Action.GRANTED, 30, by=current)])
    assert judge(list(heads.values()), group(current), day(31)) is None


@given(LEDGERS, LEDGERS, st.integers(0, 45))
def test_other_ids_can_only_restrict_what_is_refused_here(
    own: list[Statement], others: list[Statement], now: int
) -> None:
    """Catches a merge that turns the survivor's no into a yes."""
    own_heads = fold([statement for statement in own if statement.scope.customer_id == A])
    if own_heads and not own_heads[A].granted:
        all_heads = fold([*own, *[statement for statement in others if statement.scope.customer_id != A]])
        assert judge(list(all_heads.values()), group(A), day(now)) is not None


@pytest.mark.parametrize(
    ("ledger", "now", "expected"),
    [
        ([], 1, Reason.NO_CONSENT),
        ([a_statement(Action.GRANTED, 1)], 2, None),
        ([a_statement(Action.GRANTED, 1, until=5)], 4.9, None),
        ([a_statement(Action.GRANTED, 1, until=5)], 5, Reason.EXPIRED),
        ([a_statement(Action.GRANTED, 1), a_statement(Action.WITHDRAWN, 2)], 3, Reason.WITHDRAWN),
        ([a_statement(Action.DENIED, 2)], 3, Reason.NO_CONSENT),
        # Recorded late: the letter of day 1 arrives after the click of day 2, and still counts.
        ([a_statement(Action.GRANTED, 2), a_statement(Action.WITHDRAWN, 1)], 3, Reason.WITHDRAWN),
        # An old form is imported after the withdrawal: it revives nothing.
        ([a_statement(Action.WITHDRAWN, 2), a_statement(Action.GRANTED, 1)], 3, Reason.WITHDRAWN),
        ([a_statement(Action.WITHDRAWN, 2), a_statement(Action.GRANTED, 3)], 4, None),
        # Merged: B's refusal stops A, whatever A said before it.
        ([a_statement(Action.GRANTED, 1), a_statement(Action.WITHDRAWN, 2, by=B)], 3, Reason.WITHDRAWN),
        ([a_statement(Action.WITHDRAWN, 2, by=B), a_statement(Action.GRANTED, 3)], 4, None),
        # A yes under the absorbed id does not answer the no under the current one.
        ([a_statement(Action.WITHDRAWN, 2), a_statement(Action.GRANTED, 3, by=B)], 4, Reason.WITHDRAWN),
        ([a_statement(Action.GRANTED, 1, by=B)], 2, None),
        ([a_statement(Action.GRANTED, 1, until=2), a_statement(Action.GRANTED, 1, by=B)], 3, None),
    ],
)
def test_cases_that_people_ask_about(ledger: list[Statement], now: float, expected: Reason | None) -> None:
    """Catches a change of the rules that nobody meant."""
    assert judge(list(fold(ledger).values()), group(A), day(now)) is expected


def test_an_older_grant_does_not_shorten_a_newer_one() -> None:
    """Catches an import of old forms that lets consent run out early."""
    heads = fold([a_statement(Action.GRANTED, 5), a_statement(Action.GRANTED, 1, until=6)])
    assert heads[A].expires_at is None


def test_a_grant_that_ends_before_it_begins_cannot_be_made() -> None:
    """Catches a statement that never held."""
    with pytest.raises(ValueError):
        a_statement(Action.GRANTED, 5, until=5)
    with pytest.raises(ValueError):
        a_statement(Action.DENIED, 5, until=6)
