"""Stores: tables in which a customer's id stands, and how each is emptied when the customer is erased.

Every capability that keeps such a table names its stores; capabilities.py hands them all to erasures.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.customers.merges import count_merges, forget_merges
from shared.database.transaction import Tx

Erase = Callable[[Tx, Sequence[UUID], Sequence[UUID]], Awaitable[int]]
Remaining = Callable[[Tx, Sequence[UUID]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Store:
    """`erase` gets the ids and as many fresh random ones, under which rows that are counted may stay; it returns how
    many rows it dealt with. `remaining` says how many rows still bear one of the ids."""

    name: str
    erase: Erase
    remaining: Remaining


def deleted(table: str) -> Store:
    """A table whose rows about the customer go."""

    async def erase(tx: Tx, customer_ids: Sequence[UUID], fresh_ids: Sequence[UUID]) -> int:
        gone = await tx.execute(
            f"delete from {table} where customer_id = any(cast(:ids as uuid[]))", {"ids": list(customer_ids)}
        )
        return gone.rowcount

    return Store(table, erase, still_in(table))


def still_in(table: str) -> Remaining:
    """Counts the rows of `table` that still bear one of the ids."""

    async def remaining(tx: Tx, customer_ids: Sequence[UUID]) -> int:
        return int(
            await tx.value(
                f"select count(*) from {table} where customer_id = any(cast(:ids as uuid[]))",
                {"ids": list(customer_ids)},
            )
        )

    return remaining


async def _erase_merges(tx: Tx, customer_ids: Sequence[UUID], fresh_ids: Sequence[UUID]) -> int:
    return await forget_merges(tx, customer_ids)


STORES = (
    deleted("memberships"),
    deleted("profiles"),
    deleted("consents"),
    deleted("suppressions"),
    deleted("restrictions"),
    Store("merges", _erase_merges, count_merges),
)
