"""Small things to test the demonstration with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from deploy.demo.grocery import Basket, Household

START = datetime(2017, 5, 1, tzinfo=UTC)


def a_basket(**changes: Any) -> Basket:
    """A basket of one line at the start."""
    line = {"product_id": "1082185", "quantity": 1.0, "amount": 250, "category": "TROPICAL FRUIT"}
    usual: dict[str, Any] = {"household": 7, "basket": 1000, "store": 367, "time": START, "lines": (line,)}
    return Basket(**{**usual, **changes})


def a_household(**changes: Any) -> Household:
    """A household with one trait."""
    usual: dict[str, Any] = {
        "number": 7, "first_name": "Ada", "last_name": "Ito", "email": "household-7@example.test",
        "traits": {"children": "2"},
    }  # fmt: skip
    return Household(**{**usual, **changes})


class Till:
    """Some baskets, asked for by time."""

    def __init__(self, baskets: Sequence[Basket]) -> None:
        self._baskets = sorted(baskets, key=lambda basket: basket.time)

    def baskets(self, since: datetime, until: datetime) -> Iterator[Basket]:
        """Those with `since` <= time < `until`."""
        return iter([basket for basket in self._baskets if since <= basket.time < until])
