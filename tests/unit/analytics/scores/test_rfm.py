"""Recency, frequency, money: right-closed bins, ties, groups.

What it would catch: equal customers with different scores, a boundary in the wrong bin, a group that shadows another.
"""

from collections import Counter

import numpy as np
import pytest

from services.analytics.scores.domain import rfm


def test_boundaries_are_quantiles_of_type_seven() -> None:
    """As R's quantile(1:10, c(.2, .4, .6, .8)) gives them."""
    assert rfm.boundaries(np.arange(1.0, 11.0)).tolist() == pytest.approx([2.8, 4.6, 6.4, 8.2])


def test_bins_are_closed_on_the_right() -> None:
    edges = np.array([1.0, 2.0, 3.0, 4.0])
    assert rfm.bins(np.array([0.0, 1.0, 1.5, 2.0, 4.0, 4.5]), edges).tolist() == [1, 1, 2, 2, 4, 5]


def test_equal_customers_have_equal_scores() -> None:
    """More than half bought once: `ntile` would give them 1, 2 and 3."""
    orders = np.array([1.0] * 60 + [2.0] * 20 + [5.0] * 20)
    _, frequency, _ = rfm.scores(np.zeros(100), orders, np.ones(100), "independent")
    assert Counter(frequency.tolist()) == {1: 60, 4: 20, 5: 20}


def test_the_latest_has_the_best_recency() -> None:
    recency, _, _ = rfm.scores(np.arange(1.0, 11.0), np.ones(10), np.ones(10), "independent")
    assert recency.tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_nested_bins_are_cut_within_the_bin_before() -> None:
    """Within each recency bin a fifth of the customers has each frequency score, also where both go together."""
    rng = np.random.default_rng(1)
    days = rng.permutation(1_000).astype(float)
    orders = 2_000 - days + rng.random(1_000)
    recency, frequency, money = rfm.scores(days, orders, rng.random(1_000), "nested")
    cells = Counter(zip(recency.tolist(), frequency.tolist(), strict=True))
    assert set(cells.values()) == {40}
    assert set(Counter(zip(recency.tolist(), frequency.tolist(), money.tolist(), strict=True)).values()) == {8}
    _, alone, _ = rfm.scores(days, orders, rng.random(1_000), "independent")
    assert Counter(zip(recency.tolist(), alone.tolist(), strict=True))[5, 1] == 0


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ((5, 5, 5), "champions"), ((4, 4, 4), "champions"), ((2, 3, 3), "loyal_customers"),
        ((5, 1, 1), "potential_loyalists"), ((3, 3, 1), "potential_loyalists"), ((2, 2, 2), "need_attention"),
        ((2, 1, 1), "about_to_sleep"), ((1, 2, 2), "at_risk"), ((1, 5, 5), "at_risk"), ((1, 1, 1), "lost"),
        ((5, 1, 5), "others"), ((1, 5, 1), "others"),
    ],
)  # fmt: skip
def test_the_first_group_that_fits_counts(cell: tuple[int, int, int], name: str) -> None:
    assert rfm.group_of(*cell) == name


def test_every_cell_has_a_group() -> None:
    cells = [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    assert {rfm.group_of(*cell) for cell in cells} <= set(rfm.NAMES)
    arrays = [np.array(column) for column in zip(*cells, strict=True)]
    assert rfm.groups(*arrays) == [rfm.group_of(*cell) for cell in cells]
