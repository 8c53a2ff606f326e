"""A cart as its events make it: in any order, until it is ordered, left, or filled again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.interactions.carts.domain import (
    MOST_PRODUCTS,
    Cart,
    CartEvent,
    after_events,
    after_order,
    after_silence,
    opened,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
WHO = UUID(int=1)


def an_event(minute: float = 0, product: str | None = "apple", pieces: float = 1, checkout: bool = False) -> CartEvent:
    return CartEvent(WHO, "c1", NOON + timedelta(minutes=minute), "web", product, pieces, checkout)


def a_cart(*events: CartEvent) -> Cart:
    return after_events(opened(min(events, key=lambda event: event.time)), events)


@given(
    st.lists(st.tuples(st.sampled_from(["apple", "pear"]), st.sampled_from([1.0, -1.0, 2.0])), min_size=1, max_size=12),
    st.integers(0, 10_000),
)
def test_the_order_in_which_events_come_does_not_matter(changes: list[tuple[str, float]], seed: int) -> None:
    """Catches a product that stays in the cart because it was taken out before it came to be put in, in shuffled pieces
    of a batch each; compared with plain sums."""
    events = [an_event(minute, product, pieces) for minute, (product, pieces) in enumerate(changes)]
    shuffled = Random(seed).sample(events, len(events))
    cart = opened(shuffled[0])
    while shuffled:
        cart, shuffled = after_events(cart, shuffled[:3]), shuffled[3:]
    sums = {name: sum(pieces for product, pieces in changes if product == name) for name in ("apple", "pear")}
    assert cart.products == {name: pieces for name, pieces in sums.items() if pieces > 0}
    assert (cart.touched_at, cart.opened_at) == (events[-1].time, events[0].time)
    assert cart.state == "open"


def test_an_order_ends_the_cart_and_what_comes_later_begins_a_new_one() -> None:
    """Catches a reminder of what was bought, and a second cart that contains the first."""
    ordered = after_order(a_cart(an_event(0), an_event(1, "pear")), NOON + timedelta(minutes=5))
    assert (ordered.state, set(ordered.products)) == ("ordered", {"apple", "pear"})
    late = after_events(ordered, [an_event(4, "plum")])
    assert late == ordered
    again = after_events(ordered, [an_event(9, "plum")])
    assert (again.state, again.products, again.opened_at) == ("open", {"plum": 1}, NOON + timedelta(minutes=9))
    earlier = after_order(a_cart(an_event(7)), NOON + timedelta(minutes=5))
    assert (earlier.state, earlier.products) == ("open", {"apple": 1})
    assert after_events(earlier, [an_event(4, "plum")]) == earlier


def test_a_cart_that_was_left_is_open_again_when_somebody_comes_back() -> None:
    """Catches a cart that is abandoned for ever, one that a late event opens, and an empty one that is told of."""
    left = after_silence(a_cart(an_event(0), an_event(3)), NOON + timedelta(hours=2))
    assert (left.state, left.told_at) == ("abandoned", NOON + timedelta(hours=2))
    assert after_events(left, [an_event(1, "pear")]).state == "abandoned"
    assert after_events(left, [an_event(120, "pear")]).state == "open"
    assert after_order(left, NOON + timedelta(hours=5)).state == "ordered"
    seen = after_silence(a_cart(an_event(0, None, 0)), NOON + timedelta(hours=2))
    assert (seen.state, seen.told_at) == ("empty", None)
    assert after_silence(a_cart(an_event(0, None, 0, checkout=True)), NOON).state == "abandoned"
    assert after_events(seen, [an_event(1)]).state == "open"


def test_a_cart_is_bounded() -> None:
    """Catches a row that grows with what a robot puts into a cart."""
    cart = a_cart(*[an_event(number, f"p{number}") for number in range(MOST_PRODUCTS + 50)])
    assert len(cart.pieces) == MOST_PRODUCTS
    assert replace(cart, pieces={}).products == {}
