"""What the grocer's publishers send is what the interactions service takes, and the poison is what it refuses."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from deploy.demo.history import prepare
from deploy.demo.messages import EMPTY, POISON, message_id, purchase, record, sign_up, web_order
from deploy.demo.people import People
from services.interactions.ingest.errors import EventRefused, UnacceptableRecord
from services.interactions.ingest.service.accepting import TopicPolicy, read_message, read_record
from tests.unit.demo.builders import START, Till, a_basket, a_household

FACTOR = 3600.0


@pytest.mark.parametrize(
    "message",
    [
        purchase(a_basket()),
        purchase(a_basket(), a_household(), origin="history"),
        sign_up(a_household(), START),
        web_order("answer-1", 7, START),
    ],
)
def test_every_message_is_accepted_at_both_doors(message: dict[str, object]) -> None:
    """Catches a message of the demonstration that the outer door's language does not know."""
    raw = orjson.dumps(message)
    assert read_message(raw, START, FACTOR).message_id == message["message_id"]
    assert read_record(record(raw), START, FACTOR, TopicPolicy("key")).publisher == "tills"


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_every_poison_is_refused_for_its_reason_at_both_doors(poison: object) -> None:
    """Catches a planted letter that would be recorded, or counted under another reason."""
    assert hasattr(poison, "make")
    raw = poison.make(START)
    with pytest.raises(EventRefused) as refused:
        read_message(raw, START, FACTOR)
    with pytest.raises(UnacceptableRecord) as dead:
        read_record(record(raw), START, FACTOR, TopicPolicy("key"))
    assert refused.value.reason == dead.value.slug == getattr(poison, "reason", None)


def test_a_basket_that_cost_nothing_is_refused_for_being_empty() -> None:
    """Catches real rows that are filtered away before they are published."""
    free = a_basket(lines=({"product_id": "p", "quantity": 1.0, "amount": 0},))
    with pytest.raises(EventRefused) as refused:
        read_message(orjson.dumps(purchase(free)), START, FACTOR)
    assert refused.value.reason == EMPTY


def test_an_introduction_carries_address_and_traits_and_a_plain_purchase_does_not() -> None:
    """Catches an address on every basket, and a customer nobody can write to."""
    plain, introduced = purchase(a_basket()), purchase(a_basket(), a_household())
    assert "email" not in plain["customer"]
    assert "traits" not in plain
    assert introduced["customer"]["email"] == "household-7@example.test"
    assert introduced["traits"] == {"first_name": "Ada", "last_name": "Ito", "children": "2"}


def test_the_history_has_every_basket_but_the_newcomers_and_introduces_each_household_once() -> None:
    """Catches empty baskets that are filtered away, and newcomers whom the history knows already."""
    free = ({"product_id": "p", "quantity": 1.0, "amount": 0},)
    baskets = [
        a_basket(household=1, basket=1),
        a_basket(household=1, basket=2, lines=free),
        a_basket(household=4, basket=3),
        a_basket(household=4, basket=4, lines=free),
        a_basket(household=9, basket=5),
    ]
    people = People({n: a_household(number=n) for n in (1, 4, 9)}, {9: timedelta(hours=1)}, frozenset())
    past = prepare(Till(baskets), people, START, START + timedelta(days=1))
    assert (past.size, past.empty_records, past.empty_lines) == (4, 0, 0)
    lines = [orjson.loads(line) for line in past.lines]
    records = [orjson.loads(value)["message"] for _, value in past.records]
    assert [("traits" in one, one["origin"]) for one in lines + records] == [(True, "history"), (False, "history")] * 2
    assert [one["message_id"] for one in records] == [message_id(baskets[0]), message_id(baskets[1])]
