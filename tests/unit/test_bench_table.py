"""The benchmark's table: ratios, targets and what counts as met."""

from __future__ import annotations

import json
import math

import pytest

from tests.bench.measure import percentile
from tests.bench.table import Failure, Report, Row


def a_row(value: float = 50, **more: object) -> Row:
    return Row("group", "figure", value, "events/s", **more)  # type: ignore[arg-type]


def test_the_ratio_is_the_figure_as_a_share_of_its_limit() -> None:
    assert a_row(50, beside=200.0).ratio == 0.25


def test_a_row_without_a_limit_has_no_ratio() -> None:
    assert a_row().ratio is None


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (a_row(50), None),
        (a_row(50, target=50), True),
        (a_row(49, target=50), False),
        (a_row(49, target=50, less_is_better=True), True),
        (a_row(51, target=50, less_is_better=True), False),
        (a_row(50, target=10, beside=100, target_ratio=0.6), False),
        (a_row(60, target=10, beside=100, target_ratio=0.6), True),
        (a_row(50, target_ratio=0.6), None),
    ],
)
def test_a_target_is_a_bound_on_the_side_that_is_worse(row: Row, met: bool | None) -> None:
    """Catches a latency that counts as better for being longer, and a missed ratio hidden by a met figure."""
    assert row.met is met


def test_the_farthest_rows_are_those_that_reach_the_smallest_part_of_their_target() -> None:
    near, far, late = a_row(90, target=100), a_row(10, target=100), a_row(500, target=100, less_is_better=True)
    report = Report({}, [near, a_row(200, target=100), late, far])
    assert report.farthest(2) == [far, late]


def test_the_table_shows_figure_limit_ratio_and_what_could_not_be_measured() -> None:
    report = Report({"processor": "two cores"}, [a_row(1234.5, beside=2469.0, beside_what="COPY", target=1000)])
    report.failures.append(Failure("loop", "NotInTime: nothing came"))
    shown = report.markdown()
    assert "| group: figure | 1,234 events/s | 2,469 events/s: COPY | 0.50 | ≥ 1,000 events/s | yes |" in shown
    assert "- processor: two cores" in shown
    assert "NotInTime: nothing came" in shown
    (row,) = json.loads(report.json())["rows"]
    assert (row["ratio"], row["met"]) == (0.5, True)


def test_every_missed_target_is_in_the_closing_list() -> None:
    """Catches a run that ends well because nobody looks through a long table."""
    rows = [a_row(50, target=100), a_row(200, target=100), a_row(10, target=100)]
    listed = "- group: figure: 10% of its target\n- group: figure: 50% of its target\n"
    assert Report({}, rows).markdown().endswith(f"Targets missed: 2, the farthest first\n{listed}")
    assert Report({}, rows[1:2]).markdown().endswith("Targets missed: 0\n")


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.99, 1.0)] == [50, 99, 100]
    assert math.isnan(percentile([], 0.5))
