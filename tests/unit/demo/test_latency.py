"""Percentiles by nearest rank."""

from __future__ import annotations

import pytest

from deploy.demo.latency import latency_of, percentile


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([15.0, 20.0, 35.0, 40.0, 50.0], 5, 15.0),
        ([15.0, 20.0, 35.0, 40.0, 50.0], 30, 20.0),
        ([15.0, 20.0, 35.0, 40.0, 50.0], 40, 20.0),
        ([15.0, 20.0, 35.0, 40.0, 50.0], 50, 35.0),
        ([15.0, 20.0, 35.0, 40.0, 50.0], 100, 50.0),
        ([3.0], 99, 3.0),
        ([], 50, None),
    ],
)
def test_percentiles_are_values_that_occurred(values: list[float], percent: float, expected: float | None) -> None:
    """Catches an interpolated or an off-by-one rank; the values are the textbook's example of the method."""
    assert percentile(values, percent) == expected


def test_the_slowest_one_in_a_hundred_is_not_hidden() -> None:
    """Catches a p99 that leaves the slow ones out."""
    found = latency_of([0.1] * 98 + [2.0, 3.0])
    assert (found.samples, found.p50, found.p99, found.longest) == (100, 0.1, 2.0, 3.0)
