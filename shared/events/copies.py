"""Copies of other services' facts that can be rebuilt: which tables, from which events, and how one is mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.envelope import Envelope, Fact
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class CopyTable:
    """One table of a read model.

    `customer` is the column by whose value rows belong together, `content` those that count beside it (no versions, no
    instants of recording), `where` the rows that count. `mend` are statements that make the rows of the customers
    `:ids` in `public` those of the same table in `pg_temp`.
    """

    name: str
    content: Sequence[str]
    mend: Sequence[str]
    customer: str = "customer_id"
    where: str = "true"

    async def differing(self, tx: Tx, ids: Sequence[UUID] | None = None) -> set[UUID]:
        """Customers whose rows are not the rebuilt ones; of `ids` when given."""
        among = "" if ids is None else f"and {self.customer} = any(cast(:ids as uuid[]))"
        live, rebuilt = (self._rows(schema, among) for schema in ("public", "pg_temp"))
        rows = await tx.rows(
            f"select distinct customer from (({live} except all {rebuilt}) union all ({rebuilt} except all {live})) d",
            {} if ids is None else {"ids": list(ids)},
        )
        return {row["customer"] for row in rows}

    async def hashes(self, tx: Tx) -> tuple[str, str, int]:
        """Of the live content and of the rebuilt one, and how many live rows there are."""
        found = []
        for schema in ("public", "pg_temp"):
            row = await tx.row(
                "select coalesce(md5(string_agg(hash, '' order by hash)), 'empty') as hash, count(*) as rows"
                f" from (select md5(r::text) as hash from ({self._rows(schema, '')}) as r) as hashes"
            )
            assert row is not None
            found.append(row)
        return found[0]["hash"], found[1]["hash"], found[0]["rows"]

    def _rows(self, schema: str, among: str) -> str:
        columns = ", ".join((f"{self.customer} as customer", *self.content))
        return f"select {columns} from {schema}.{self.name} where ({self.where}) {among}"


async def _nothing(tx: Tx, ids: Sequence[UUID]) -> None:
    """Nothing follows from these rows."""


@dataclass(frozen=True, slots=True)
class ReadModel:
    """Tables that one consumer fills from events of `types` on `topics`.

    `handle` stores a batch of them and does nothing else: its tables may be empty ones in `pg_temp`. `mended` is called
    with the customers whose rows were put right.
    """

    name: str
    consumer: str
    topics: Sequence[str]
    tables: Sequence[CopyTable]
    types: Sequence[type[Fact]]
    handle: Callable[[Tx, Sequence[Envelope[Any]]], Awaitable[None]]
    mended: Callable[[Tx, Sequence[UUID]], Awaitable[None]] = field(default=_nothing)

    @property
    def known(self) -> Mapping[str, type[Fact]]:
        """Its facts by type."""
        return {fact.TYPE: fact for fact in self.types}

    async def make_empty_tables(self, tx: Tx) -> None:
        """For this session: unqualified, their names mean these from now on."""
        for table in self.tables:
            await tx.execute(f"create temp table {table.name} (like public.{table.name} including all)")

    async def mend(self, tx: Tx, ids: Sequence[UUID]) -> None:
        """The live rows of these customers are the rebuilt ones."""
        for table in self.tables:
            for statement in table.mend:
                await tx.execute(text(statement), {"ids": list(ids)})
        await self.mended(tx, ids)
