"""The checker goes red when something is wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from deploy.demo.audit import accounts, counts, unwilling
from deploy.demo.checker import Figures
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
