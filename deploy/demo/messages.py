"""What the grocer's two publishers send: baskets as messages, and what a broken publisher sends now and then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson

from deploy.demo.grocery import CURRENCY, Basket, Household

Door = Literal["http", "kafka"]
SOURCE = "grocer"
# Over HTTP a publisher is known by its key's name, over Kafka by the name it gives itself.
PUBLISHERS: dict[Door, str] = {"http": "storefront", "kafka": "tills"}
# Beyond what the interactions service allows for clocks that differ, also at an hour a second.
_FAR_AHEAD = timedelta(days=400)


def message_id(basket: Basket) -> str:
    """The publisher's id of a basket."""
    return f"basket-{basket.basket}"


def customer_of(number: int) -> dict[str, Any]:
    """A household as the grocer's card system names it."""
    return {"external_id": {"source": SOURCE, "id": f"household-{number}"}}


def sign_up_id(number: int) -> str:
    """The storefront's id of a household's sign-up."""
    return f"sign-up-{number}"


def sign_up(household: Household, at: datetime) -> dict[str, Any]:
    """Somebody new leaves an address and some traits on the web site."""
    body: dict[str, Any] = {
        "type": "contact",
        "message_id": sign_up_id(household.number),
        "time": at.isoformat(),
        "customer": customer_of(household.number),
        "data": {"channel": "web", "direction": "in", "topic": "sign-up"},
    }
    return _introduced(body, household)


def purchase(basket: Basket, household: Household | None = None, origin: str = "live") -> dict[str, Any]:
    """A basket as a message; with `household`, it brings the address and traits which a sign-up gave."""
    body: dict[str, Any] = {
        "type": "purchase",
        "message_id": message_id(basket),
        "time": basket.time.isoformat(),
        "customer": customer_of(basket.household),
        "origin": origin,
        "data": {
            "channel": "store",
            "currency": CURRENCY,
            "lines": list(basket.lines),
            "store": str(basket.store),
            "order_id": str(basket.basket),
        },
    }
    return body if household is None else _introduced(body, household)


def _introduced(body: dict[str, Any], household: Household) -> dict[str, Any]:
    names = {"first_name": household.first_name, "last_name": household.last_name}
    customer = {**body["customer"], "email": household.email}
    return {**body, "customer": customer, "traits": {**names, **household.traits}}


def web_order(order: str, number: int, at: datetime) -> dict[str, Any]:
    """An order on the web site, as somebody places it after a message."""
    fruit, coffee = {"category": "TROPICAL FRUIT", "department": "PRODUCE"}, {"category": "COFFEE"}
    lines = [
        {"product_id": "1082185", "quantity": 3.0, "amount": 450, **fruit},
        {"product_id": "981760", "quantity": 1.0, "amount": 899, **coffee},
    ]
    return {
        "type": "purchase",
        "message_id": order,
        "time": at.isoformat(),
        "customer": customer_of(number),
        "data": {"channel": "web", "currency": CURRENCY, "lines": lines, "order_id": order},
    }


def record(message: bytes) -> bytes:
    """What the tills put on the topic."""
    return b'{"publisher":"%s","message":%s}' % (PUBLISHERS["kafka"].encode(), message)


@dataclass(frozen=True)
class Poison:
    """Something that cannot be recorded. `reason` is what the dead letter (or the refusal) must say."""

    name: str
    reason: str
    make: Callable[[datetime], bytes]


def _spoiled(name: str, at: datetime, **changes: Any) -> dict[str, Any]:
    order = web_order(f"poison-{name}", 0, at)
    data = {**order["data"], **changes.pop("data", {})}
    return {**order, "data": data, **changes}


def _line(**changes: Any) -> dict[str, Any]:
    return {"data": {"lines": [{"product_id": "1082185", "quantity": 1.0, "amount": 100, **changes}]}}


def _raw(name: str, at: datetime, old: bytes, new: bytes) -> bytes:
    return orjson.dumps(_spoiled(name, at)).replace(old, new)


POISON: dict[str, Poison] = {
    kind.name: kind
    for kind in (
        Poison("broken-utf-8", "malformed-json", lambda at: _raw("broken-utf-8", at, b"COFFEE", b"COFF\xc3\x28EE")),
        Poison(
            "unknown-currency",
            "unknown-currency",
            lambda at: orjson.dumps(_spoiled("unknown-currency", at, data={"currency": "QQQ"})),
        ),
        Poison(
            "future-date",
            "future-time",
            lambda at: orjson.dumps(_spoiled("future-date", at, time=(at + _FAR_AHEAD).isoformat())),
        ),
        Poison("deep-json", "malformed-json", lambda at: _raw("deep-json", at, b'"COFFEE"', b"[" * 5000 + b"]" * 5000)),
        Poison("unknown-type", "unknown-event-type", lambda at: _raw("unknown-type", at, b'"purchase"', b'"omen"')),
        Poison(
            "null-byte", "wrong-field", lambda at: orjson.dumps(_spoiled("null-byte", at, **_line(category="a\x00b")))
        ),
        Poison("huge-number", "wrong-field", lambda at: _raw("huge-number", at, b"899", b"9" * 40)),
    )
}
"""By name; each is sent once to each door, and each must be refused there for its reason."""
EMPTY = "empty-total"
"""The reason for real baskets that cost nothing."""
