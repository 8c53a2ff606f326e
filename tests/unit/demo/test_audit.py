"""The checker goes red when something is wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from deploy.demo.audit import accounts, counts, floors, latency_holds, same_members, scale_of, unwilling
from deploy.demo.checker import Figures, SegmentNow
from deploy.demo.latency import Latency
from deploy.demo.people import People
from deploy.demo.schedule import Published
from tests.unit.demo.builders import a_household

SAID = Published(accepted=Counter({"http": 4, "history-kafka": 6}), copies=2, dead=Counter({"empty-total": 3}))
GOOD = Figures(history=6, live=4, dead=Counter({("interactions", "empty-total"): 3}))
REPORT: dict[str, Any] = {
    "audience": 9, "handed_over": 4, "refused": {"no-consent": 2}, "failed": {"bounced": 1}, "unknown": 1,
    "waiting": {"quiet-hours": 1}, "adds_up": True,
}  # fmt: skip
LEDGER: Counter[tuple[str, str, str]] = Counter(
    {("Welcome", "handed_over", ""): 4, ("Welcome", "refused", "no-consent"): 2, ("Welcome", "failed", "bounced"): 1,
     ("Welcome", "unknown", ""): 1, ("Welcome", "waiting", "quiet-hours"): 1}
)  # fmt: skip


def test_nothing_is_wrong_with_what_is_right() -> None:
    """Catches a checker that is always red."""
    assert all(check.holds for check in counts(SAID, GOOD))
    assert all(check.holds for check in accounts({"Welcome": REPORT}, Figures(messages=LEDGER)))


@pytest.mark.parametrize(
    "found",
    [
        Figures(history=6, live=5, dead=GOOD.dead),
        Figures(history=5, live=4, dead=GOOD.dead),
        Figures(history=6, live=4, dead=Counter({("interactions", "empty-total"): 2})),
        Figures(history=6, live=4, dead=Counter({("interactions", "empty-total"): 3, ("interactions", "new"): 1})),
        Figures(history=6, live=4, dead=Counter({("interactions", "empty-total"): 3, ("analytics", "new"): 1})),
    ],
    ids=["recorded twice", "lost", "letter missing", "letter too many", "another service's letter"],
)
def test_a_wrong_count_is_red(found: Figures) -> None:
    """Catches a checker that passes a loss, a doubling or an unplanned dead letter."""
    assert not all(check.holds for check in counts(SAID, found))


@pytest.mark.parametrize(
    ("report", "ledger"),
    [
        ({**REPORT, "handed_over": 3}, LEDGER),
        ({**REPORT, "adds_up": False}, LEDGER),
        (REPORT, LEDGER + Counter({("Welcome", "waiting", "due"): 1})),
    ],
    ids=["parts do not sum", "the service says so itself", "a row the report does not know"],
)
def test_an_audience_that_does_not_add_up_is_red(report: dict[str, Any], ledger: Counter[tuple[str, str, str]]) -> None:
    """Catches somebody who was skipped silently."""
    assert not all(check.holds for check in accounts({"Welcome": report}, Figures(messages=ledger)))


def test_a_mail_to_somebody_who_never_agreed_is_red() -> None:
    """Catches a message without consent that every service believes to be right."""
    people = People({7: a_household(), 8: a_household(number=8, email="household-8@example.test")}, {}, frozenset({7}))
    assert unwilling(["household-7@example.test"], people).holds
    assert not unwilling(["household-7@example.test", "household-8@example.test"], people).holds


BUSY = Figures(
    segments=(SegmentNow("Lapsing", 60, 140, 20, 120),),
    responses=Counter({"opened": 75, "clicked": 40}),
    messages=Counter({("Welcome", "refused", "no-consent"): 60}),
)
FAST = Latency(40, 0.6, 1.2, 1.2)


def red_floors(figures: Figures, latency: Latency = FAST, mails: int = 120, scale: float = 1.0) -> list[str]:
    return [check.name for check in floors(figures, latency=latency, mails=mails, scale=scale) if not check.holds]


def test_a_run_in_which_nothing_happened_is_red_in_everything() -> None:
    """Catches 0 = 0 + 0: no mail, no entry, no lapse, and every other check green."""
    assert red_floors(BUSY) == []
    nothing = red_floors(Figures(), Latency(0, None, None, None), 0, 0.01)
    assert len(nothing) == len(list(floors(BUSY, latency=FAST, mails=120, scale=1.0))) == 7


def test_a_usual_run_with_hardly_a_mail_is_red_and_a_small_one_is_not() -> None:
    """Catches floors that only see zero, and floors that a run of thirty households cannot reach."""
    assert red_floors(BUSY, mails=23) == ["there were mails"]
    assert red_floors(BUSY, mails=23, scale=scale_of(60, 60.0)) == []
    assert scale_of(0, 600.0) == scale_of(2_469, 120.0) == 1.0


@pytest.mark.parametrize(
    "latency", [Latency(0, None, None, None), Latency(40, 6.0, 7.0, 7.0), Latency(40, 1.0, 21.0, 30.0)]
)
def test_mails_that_come_late_or_were_never_timed_are_red(latency: Latency) -> None:
    """Catches a latency that is printed and not looked at."""
    assert latency_holds(FAST).holds
    assert not latency_holds(latency).holds


def test_one_household_too_many_or_too_few_in_a_segment_is_red() -> None:
    """Catches memberships that are shown and not looked at, and a comparison of nobody."""
    assert same_members("", {1: True, 2: False}, {1}).holds
    assert not same_members("", {1: True, 2: False}, {1, 2}).holds
    assert not same_members("", {1: True, 2: False}, set()).holds
    assert not same_members("", {}, set()).holds
