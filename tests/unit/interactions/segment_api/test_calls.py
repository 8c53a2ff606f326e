"""Calls as events: time, people, baskets, ids."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interactions.segment_api.domain.calls import NotKept, Reading, event_of, message_id_of, where_in_call
from services.interactions.segment_api.domain.orders import basket_of
from services.interactions.segment_api.domain.people import reference_of, traits_of
from services.interactions.segment_api.domain.times import time_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
READING = Reading("shop", None, NOW, "EUR")
Body = dict[str, Any]


@pytest.mark.parametrize(
    ("call", "sent_at", "time"),
    [
        ({}, None, "2026-05-01T12:00:00+00:00"),
        ({"timestamp": "2026-05-01T11:00:00Z"}, None, "2026-05-01T11:00:00+00:00"),
        ({"timestamp": "2026-05-01T11:00:00Z"}, "2026-05-01T11:30:00Z", "2026-05-01T11:30:00+00:00"),
        ({"timestamp": "2026-05-01T14:00:00"}, "2026-05-01T16:00:00+02:00", "2026-05-01T12:00:00+00:00"),
        (
            {"originalTimestamp": "2026-05-01T11:00:00Z", "timestamp": "2026-05-01T11:59:00Z"},
            None,
            "2026-05-01T11:00:00+00:00",
        ),
        ({"timestamp": "2026-05-01T11:00:00Z", "sentAt": "2026-05-01T11:01:00Z"}, NOW.isoformat(), "11:59"),
        ({"timestamp": "yesterday"}, "2026-05-01T12:00:00Z", "yesterday"),
        ({"timestamp": 1777636800}, None, "1777636800"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, None, "0001-01-01T00:00:00+14:00"),
        ({"timestamp": "0001-01-01T00:00:00Z"}, "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_the_time_is_by_our_clock(call: Body, sent_at: str | None, time: str) -> None:
    """Would catch an order of tomorrow from a clock that is fast, and a time that is no time taken for now."""
    assert time in time_of(call, sent_at, NOW)


def test_a_customer_is_an_account_of_the_keys_source() -> None:
    """Would catch a customer without a name, and an address that costs the event its place."""
    assert reference_of("4711", "shop", {"email": "ada@example.test", "phone": "+44 20 7946 0000"}) == {
        "external_id": {"source": "shop", "id": "4711"},
        "email": "ada@example.test",
        "phone": "+44 20 7946 0000",
    }
    assert reference_of("4711", "shop", {"email": "none", "phone": "call me"}) == {
        "external_id": {"source": "shop", "id": "4711"}
    }
    assert reference_of(None, "shop", {"email": "ada@example.test"}) == {"email": "ada@example.test"}
    assert reference_of(None, "shop", {"phone": "+44 20 7946 0000"}) is None
    assert reference_of(None, "shop", {"email": "undefined@undefined"}) is None


def test_traits_are_flat_and_bounded() -> None:
    """Would catch a trait that lets the whole call be refused, and one that is lost without need."""
    told = {
        "email": "ada@example.test",
        "firstName": "Ada",
        "birthday": "1990-02-03T00:00:00Z",
        "address": {"street": "1 High St", "state": "NY", "city": 5},
        "company": {"name": "Acme"},
        "tags": ["a", "b"],
        "mixed": ["a", 1],
        "long": "x" * 1001,
        "null": None,
        "nul": "\x00",
        "": 1,
        "huge": 2**64,
        "nan": float("nan"),
    }
    assert traits_of(told) == {
        "firstName": "Ada",
        "birthday": "1990-02-03",
        "address_lines": ["1 High St"],
        "region": "NY",
        "tags": ["a", "b"],
        "null": None,
    }
    assert len(traits_of({f"t{number}": number for number in range(80)})) == 50


_PEAR = {"product_id": "pear", "price": 10, "quantity": 2}
_PLUM = {"sku": "plum", "price": "2.505"}


@pytest.mark.parametrize(
    ("properties", "amounts", "discounts"),
    [
        ({"products": [_PEAR, _PLUM]}, [2000, 251], [0, 0]),
        ({"products": [_PEAR], "discount": 5}, [1500], [500]),
        ({"products": [_PEAR], "revenue": 18, "total": 30, "shipping": 10, "tax": 2}, [1800], [200]),
        ({"products": [_PEAR], "total": 32, "shipping": 10, "tax": 2}, [2000], [0]),
        ({"products": [_PEAR], "subtotal": 19, "revenue": 18}, [1900], [100]),
        ({"products": [{"product_id": "a"}, {"product_id": "b"}], "value": 3.01}, [150, 151], [0, 0]),
        ({"revenue": "12.30"}, [1230], [0]),
        ({"total": -12.3}, [1230], [0]),
        ({"revenue": True, "products": ["odd", None]}, [0, 0], [0, 0]),
        ({"revenue": 5, "currency": "jpy"}, [5], [0]),
    ],
)
def test_lines_add_up_to_what_was_paid(properties: Body, amounts: list[int], discounts: list[int]) -> None:
    """Would catch shipping that is counted as goods, a discount that is counted twice, cents of yen."""
    lines = basket_of(properties, "web", "EUR")["lines"]
    assert [line["amount"] for line in lines] == amounts
    assert [line["discount"] for line in lines] == discounts


@given(
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.lists(st.decimals(min_value=0, max_value=10**4, places=2), min_size=1, max_size=20),
)
def test_no_cent_is_lost_in_sharing_out(revenue: Any, prices: list[Any]) -> None:
    """Would catch rounding each line by itself."""
    products = [{"product_id": "a", "price": str(price)} for price in prices]
    lines = basket_of({"revenue": str(revenue), "products": products}, "web", "EUR")["lines"]
    assert sum(line["amount"] for line in lines) == int(revenue * 100)
    assert all(line["amount"] >= 0 for line in lines)


def test_a_basket_keeps_its_codes() -> None:
    """Would catch a product whose id is lost, and a currency that is guessed in place of the installation's."""
    basket = basket_of({"orderId": 17, "affiliation": "Web", "products": [_PLUM, {"price": 1}]}, "app", "EUR")
    assert (basket["currency"], basket["channel"], basket["order_id"], basket["store"]) == ("EUR", "app", "17", "Web")
    assert [line["product_id"] for line in basket["lines"]] == ["plum", "not-named"]


@pytest.mark.parametrize("name", ["Order Completed", "order_completed", "Completed Order", " ORDER  completed"])
def test_names_of_events_are_known_in_every_spelling(name: str) -> None:
    """Would catch an order that is not kept because its shop writes it otherwise."""
    event = event_of({"type": "track", "event": name, "userId": 7, "properties": {"revenue": 1}}, READING)
    assert not isinstance(event, NotKept)
    assert (event["type"], event["customer"]["external_id"]["id"]) == ("purchase", "7")


@pytest.mark.parametrize("library", ["analytics-ios", "analytics-kotlin", "@segment/analytics-react-native"])
def test_apps_are_told_by_their_client(library: str) -> None:
    """Would catch an app's order that is counted as one of the web shop."""
    call = {"type": "track", "event": "Order Completed", "userId": "7", "context": {"library": {"name": library}}}
    event = event_of(call, READING)
    assert not isinstance(event, NotKept)
    assert event["data"]["channel"] == "app"


def test_what_is_not_kept_says_why() -> None:
    """Would catch traits of a visitor who is nobody yet that are taken for somebody's."""
    assert event_of({"type": "identify", "anonymousId": "v", "traits": {"a": 1}}, READING) == NotKept("anonymous")
    assert event_of({"type": "alias", "previousId": "v"}, READING) == NotKept("anonymous")
    assert event_of({"type": "page"}, READING) == NotKept("anonymous")


def made(call: dict[str, Any]) -> dict[str, Any]:
    """The event that a call is."""
    event = event_of(call, READING)
    assert not isinstance(event, NotKept)
    return event


def test_pages_and_products_are_browsing() -> None:
    """Would catch a page view that is lost, and one that carries what a form wrote into its address."""
    page = {"url": "https://shop.example/fruit?email=ada@example.test", "title": "Fruit"}
    event = made({"type": "page", "userId": "7", "name": "Home", "properties": page})
    assert event["type"] == "browsing"
    assert event["data"] == {"channel": "web", "action": "page_viewed", "path": "/fruit", "title": "Fruit"}
    product = {"product_id": "pear", "category": "Fruit", "quantity": 2, "cart_id": "c-1", "price": 3}
    added = made({"type": "track", "event": "product_added", "userId": "7", "properties": product})
    assert added["data"] == {
        "channel": "web", "action": "added_to_cart", "product_id": "pear", "category": "Fruit", "cart_id": "c-1",
        "quantity": 2.0,
    }  # fmt: skip


def test_every_other_name_is_an_event_of_the_firms_own() -> None:
    """Would catch an event that is lost because nobody has a kind for it."""
    event = made({"type": "track", "event": "Course Booked", "userId": "7", "properties": {"level": 1, "": 2}})
    assert event["type"] == "custom"
    assert event["data"] == {
        "channel": "web", "name": "Course Booked", "properties": {"level": 1}, "undeclared": True,
    }  # fmt: skip
    group = made({"type": "group", "userId": "7", "groupId": "acme", "traits": {"name": "Acme"}})
    assert group["data"]["properties"] == {"groupId": "acme", "traits": {"name": "Acme"}}


def test_visitors_are_named_alone_and_where_somebody_identifies() -> None:
    """Would catch each order of a known customer that joins whoever used the same browser."""
    anonymous = made({"type": "page", "anonymousId": "v"})
    assert anonymous["customer"] == {"visitor": {"source": READING.source, "id": "v"}}
    known = made({"type": "page", "anonymousId": "v", "userId": "7"})
    assert "visitor" not in known["customer"]
    named = made({"type": "identify", "anonymousId": "v", "userId": "7"})
    assert named["customer"]["visitor"]["id"] == "v"
    alias = made({"type": "alias", "previousId": "v", "userId": "7"})
    assert (alias["type"], alias["customer"]["visitor"]["id"]) == ("identify", "v")


def test_an_id_is_that_of_the_call_or_of_its_content() -> None:
    """Would catch a retry that has another id, and two calls that have one."""
    call = {"type": "track", "event": "Order Completed", "userId": "7"}
    assert message_id_of({**call, "messageId": "m-1"}) == "m-1"
    assert message_id_of({**call, "sentAt": "a"}) == message_id_of({**call, "sentAt": "b", "receivedAt": "c"})
    assert message_id_of(call) != message_id_of({**call, "userId": "8"})
    long = message_id_of({**call, "messageId": "m" * 200})
    assert len(long) <= 100
    assert long != message_id_of({**call, "messageId": "m" * 201})


def test_faults_point_into_the_call() -> None:
    """Would catch a pointer into our event, which its sender has never seen."""
    assert where_in_call("/data/lines/0/amount") == "/properties/products/0/amount"
    assert where_in_call("/customer/external_id/id") == "/userId"
    assert where_in_call("/type") == "/type"
