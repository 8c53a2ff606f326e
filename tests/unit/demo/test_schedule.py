"""What is published when: decided by the seed alone, nothing lost and nothing invented by a restart."""

from __future__ import annotations

from datetime import timedelta

from deploy.demo.messages import EMPTY, POISON
from deploy.demo.schedule import Act, Published, Schedule
from tests.unit.demo.builders import START, Till, a_basket

SOON = START + timedelta(days=6)
LINE = {"product_id": "p", "quantity": 1.0, "amount": 100}


def a_till(count: int = 400) -> Till:
    """One basket every twenty minutes; each tenth costs nothing."""
    return Till(
        [
            a_basket(
                basket=number,
                household=number % 20,
                time=START + timedelta(minutes=20 * number),
                lines=({**LINE, "amount": 0 if number % 10 == 0 else 100},),
            )
            for number in range(count)
        ]
    )


def test_every_basket_is_published_once_and_some_are_copied() -> None:
    """Catches a basket that is filtered away, such as one that cost nothing, and copies that are no copies."""
    acts = Schedule(a_till(), START, 1, {}).due(SOON)
    baskets = [act for act in acts if act.kind == "basket"]
    copies = [act for act in acts if act.kind == "copy"]
    assert sorted(act.basket.basket for act in baskets if act.basket) == list(range(400))
    assert 5 <= len(copies) <= 40
    assert all(act.basket is not None and act.basket.total > 0 for act in copies)


def test_a_copy_follows_what_it_copies_through_the_same_door() -> None:
    """Catches a second publisher's id: the same message id from another publisher is another message."""
    acts = Schedule(a_till(), START, 1, {}).due(SOON)
    first = {act.basket.basket: act for act in acts if act.kind == "basket" and act.basket}
    for copy in acts:
        if copy.kind == "copy" and copy.basket:
            original = first[copy.basket.basket]
            assert copy.at > original.at
            assert copy.door == original.door


def test_some_are_late_and_out_of_order() -> None:
    """Catches a demonstration that shows sunshine only."""
    baskets = [act for act in Schedule(a_till(), START, 1, {}).due(SOON) if act.kind == "basket"]
    late = [act for act in baskets if act.basket and act.at > act.basket.time]
    assert 5 <= len(late) <= 40
    numbers = [act.basket.basket for act in baskets if act.basket]
    assert numbers != sorted(numbers)


def test_each_poison_goes_to_each_door_once() -> None:
    """Catches planted letters that cannot be counted."""
    acts = Schedule(Till([]), START, 1, {}).due(SOON)
    assert sorted((act.poison, act.door) for act in acts) == sorted(
        (name, door) for name in POISON for door in ("http", "kafka")
    )


def test_a_restart_goes_on_where_it_was() -> None:
    """Catches an act that is skipped or repeated when the position falls into a late basket's delay."""
    whole = Schedule(a_till(), START, 1, {3: timedelta(hours=50)}).due(SOON)
    for cut in (0, 1, 77, len(whole) // 2, len(whole) - 2):
        rest = Schedule(a_till(), START, 1, {3: timedelta(hours=50)}, whole[cut].position).due(SOON)
        assert [act.position for act in rest] == [act.position for act in whole[cut + 1 :]]


def test_what_is_due_does_not_depend_on_how_often_one_asks() -> None:
    """Catches an act that falls between two windows."""
    often, schedule = [], Schedule(a_till(), START, 1, {})
    for hours in range(24 * 6 + 1):
        often += schedule.due(START + timedelta(hours=hours))
    assert [act.position for act in often] == [act.position for act in Schedule(a_till(), START, 1, {}).due(SOON)]


def test_a_newcomer_buys_only_after_the_sign_up() -> None:
    """Catches somebody who is written to before anybody could know the address."""
    acts = Schedule(a_till(), START, 1, {3: timedelta(hours=50)}).due(SOON)
    mine = [act for act in acts if act.household == 3]
    assert mine[0].kind == "sign-up"
    assert len(mine) > 3


def test_the_year_ends() -> None:
    """Catches a publisher that waits for baskets that will never come."""
    schedule = Schedule(a_till(10), START, 1, {})
    assert not schedule.is_over
    schedule.due(START + timedelta(days=300))
    assert schedule.is_over


def test_what_must_come_of_an_act_is_counted_by_its_door() -> None:
    """Catches a planted letter counted on the wrong side, and copies counted as messages."""
    said = Published()
    free = a_basket(lines=({**LINE, "amount": 0},))
    for act in (
        Act(START, "a", "basket", "http", a_basket()),
        Act(START, "b", "copy", "http", a_basket()),
        Act(START, "c", "basket", "kafka", a_basket(time=START - timedelta(hours=2))),
        Act(START, "d", "basket", "kafka", free),
        Act(START, "e", "basket", "http", free),
        Act(START, "f", "poison", "kafka", poison="deep-json"),
        Act(START, "g", "poison", "http", poison="future-date"),
        Act(START, "h", "sign-up", "http", household=3),
    ):
        said.count(act, EMPTY)
    assert said.accepted == {"http": 2, "kafka": 1}
    assert (said.copies, said.late, said.distinct) == (1, 1, 3)
    assert said.dead == {EMPTY: 1, "malformed-json": 1}
    assert said.refused == {EMPTY: 1, "future-time": 1}
