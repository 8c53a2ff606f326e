"""The population as customers of a database, and what was found among them beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from shared.customers.spelling import SPELLING
from shared.database.engine import Database
from shared.database.transaction import Tx
from tests.lookalikes.population import Population, Someone

_BATCH = 5_000
_AT = datetime(2024, 5, 1, tzinfo=UTC)
_CUSTOMERS = ("customer_id", "current_id", "kind", "created_at", "changed_at", "version", "claims", "unfit", "hearsay",
              "beneath", "status", "name", "profile", "reachable")  # fmt: skip
_IDENTIFIERS = ("customer_id", "identifier_id", "kind", "value", "normalised", "fingerprint", "verified", "preferred",
                "at", "by", "trust", "spelling", "statements")  # fmt: skip


@dataclass(frozen=True)
class Found:
    """How many of the true pairs were proposed, and how many of those that are sure are true."""

    recall: float
    precision: float
    sure_recall: float
    sure_precision: float


async def store(database: Database, population: Population, begin: int = 0) -> list[UUID]:
    """The population's records are customers, in this order; `begin` is the first one's id."""
    ids = [UUID(int=begin + number) for number in range(len(population.records))]
    for start in range(0, len(ids), _BATCH):
        part = list(zip(ids, population.records, strict=True))[start : start + _BATCH]
        customers = [_customer(id_, someone) for id_, someone in part]
        identifiers = [row for id_, someone in part for row in _identifiers(id_, someone)]
        async with database.transaction() as tx:
            await tx.copy("customers", _CUSTOMERS, customers)
            await tx.copy("identifiers", _IDENTIFIERS, identifiers)
    return ids


async def remove(tx: Tx, ids: list[UUID]) -> None:
    """They were never there."""
    for table in (
        "duplicates",
        "duplicate_keys",
        "duplicate_likenesses",
        "duplicate_marks",
        "identifiers",
        "customers",
    ):
        await tx.execute(f"delete from {table} where customer_id = any(cast(:ids as uuid[]))", {"ids": ids})


async def found_among(tx: Tx, population: Population, ids: list[UUID]) -> Found:
    """What the worker has proposed of them, beside the truth."""
    places = {id_: place for place, id_ in enumerate(ids)}
    rows = await tx.rows("select customer_id, other_id, automatic from duplicates where state = 'open'")
    pairs: dict[tuple[int, ...], bool] = {}
    for row in rows:
        pair = tuple(sorted(places.get(row[name], -1) for name in ("customer_id", "other_id")))
        if -1 not in pair:
            pairs[pair] = row["automatic"]
    sure = {pair for pair, automatic in pairs.items() if automatic}
    true = len(population.same) or 1
    return Found(
        recall=len(population.same & pairs.keys()) / true,
        precision=len(population.same & pairs.keys()) / (len(pairs) or 1),
        sure_recall=len(population.same & sure) / true,
        sure_precision=len(population.same & sure) / (len(sure) or 1),
    )


def _customer(id_: UUID, someone: Someone) -> tuple[Any, ...]:
    name = " ".join(filter(None, (someone.value("given_name"), someone.value("family_name"))))
    profile = orjson.dumps(someone.values).decode()
    return (id_, id_, someone.kind, _AT, _AT, 1, "{}", "{}", "{}", "{}", "prospect",
            name or someone.value("legal_name"), profile, [])  # fmt: skip


def _identifiers(id_: UUID, someone: Someone) -> list[tuple[Any, ...]]:
    return [
        (id_, uuid4(), kind, value, value, uuid4().hex, False, False, _AT, "test", "server", SPELLING, "[]")
        for kind, value in (("email", someone.email), ("phone", someone.phone))
        if value
    ]
