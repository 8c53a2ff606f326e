"""Regular shoppers counted again from the grocer's file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from deploy.demo import marketing, recount
from deploy.demo.people import People
from deploy.demo.progress import Progress
from deploy.demo.recount import Look
from tests.unit.demo.builders import START, Till, a_basket, a_household

PEOPLE = People({7: a_household(), 8: a_household(number=8)}, {8: timedelta(hours=5)}, frozenset({7}))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_progress(folder: Path, **changes: object) -> Progress:
    usual = {"live_from": START, "done": (START + DAY, "")}
    return Progress(folder / "demo.json", **{**usual, **changes})  # type: ignore[arg-type]


def test_it_counts_by_the_definition_that_marketing_gives() -> None:
    """Catches a second definition that went its own way."""
    assert marketing.SEGMENTS[recount.SEGMENT] == {
        "event": "purchase", "agg": "count", "op": "gte", "value": recount.LEAST,
        "window": {"last": f"P{recount.WITHIN.days}D"},
    }  # fmt: skip


def test_what_was_published_is_counted_once_and_nothing_else(tmp_path: Path) -> None:
    """Catches baskets that cost nothing, of newcomers before they signed up, not published yet, or sent twice."""
    free = {**a_basket().lines[0], "amount": 0}
    till = Till(
        [
            a_basket(basket=1, time=START - DAY),
            a_basket(basket=2, time=START - DAY, household=8),
            a_basket(basket=3, time=START + HOUR),
            a_basket(basket=4, time=START + HOUR, lines=(free,)),
            a_basket(basket=5, time=START + HOUR, household=8),
            a_basket(basket=6, time=START + 6 * HOUR, household=8),
            a_basket(basket=7, time=START + 30 * HOUR),
        ]
    )
    progress = a_progress(tmp_path, web_orders=[(8, START + 7 * HOUR)])
    # Late ones count by their own time; which are late is drawn by the seed, and none of these is.
    assert recount.visits(till, PEOPLE, progress) == {
        7: [START - DAY, START + HOUR],
        8: [START + 6 * HOUR, START + 7 * HOUR],
    }


def test_whoever_changes_while_it_is_looked_is_left_out() -> None:
    """Catches a comparison that is red because a window ended between two readings, and one that is never sure."""
    now = START + 40 * DAY
    look = Look(now - 10 * HOUR, now)
    visits = [now - 20 * DAY, now - 5 * DAY, now - 4 * DAY]
    assert recount.regulars({7: [*visits, now - 28 * DAY - 5 * HOUR]}, PEOPLE, look) == {8: False}
    assert recount.regulars({7: [*visits, now - 27 * DAY]}, PEOPLE, look) == {7: True, 8: False}
    assert recount.regulars({7: [*visits, now - 30 * DAY]}, PEOPLE, look) == {7: False, 8: False}
    assert recount.regulars({7: [*visits, now - 5 * HOUR]}, PEOPLE, look) == {8: False}
