"""Baskets made from the real table."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from deploy.demo.grocery import FIRST_DAY, LIVE_FROM, ZONE, Grocery
from deploy.demo.people import sort_people


@pytest.fixture(scope="module")
def grocery() -> Grocery:
    """Forty households."""
    return Grocery(40, seed=1)


def test_a_basket_is_the_sum_of_its_real_lines(grocery: Grocery) -> None:
    """Catches lost lines, cents lost in floats, and times in the wrong zone."""
    baskets = list(grocery.baskets(FIRST_DAY, LIVE_FROM))
    assert sum(len(basket.lines) for basket in baskets) > 5_000
    assert len({basket.basket for basket in baskets}) == len(baskets)
    assert {basket.household for basket in baskets} <= set(grocery.numbers)
    assert all(isinstance(line["amount"], int) for basket in baskets for line in basket.lines)
    assert min(basket.time for basket in baskets) >= FIRST_DAY
    assert max(basket.time for basket in baskets) < LIVE_FROM


def test_two_stretches_of_time_are_the_whole(grocery: Grocery) -> None:
    """Catches a basket at a boundary that is given twice or never."""
    middle = datetime(2017, 2, 14, 17, 30, tzinfo=ZONE)
    until = middle + timedelta(days=20)
    parts = [*grocery.baskets(FIRST_DAY, middle), *grocery.baskets(middle, until)]
    assert parts == list(grocery.baskets(FIRST_DAY, until))


def test_the_same_seed_gives_the_same_people() -> None:
    """Catches a restart that meets other customers, or other minds about consent."""
    first, second = (Grocery(40, seed=3) for _ in range(2))
    assert first.households() == second.households()
    assert sort_people(first.households(), 3) == sort_people(second.households(), 3)
    assert Grocery(40, seed=4).numbers != first.numbers


def test_about_seventy_in_a_hundred_agree_and_ten_are_new() -> None:
    """Catches a demonstration in which nobody is refused, or nobody appears."""
    people = sort_people(Grocery(600, seed=1).households(), 1)
    assert 0.6 < len(people.willing) / 600 < 0.8
    assert 0.05 < len(people.newcomers) / 600 < 0.15
    assert len(people.known) + len(people.newcomers) == 600
