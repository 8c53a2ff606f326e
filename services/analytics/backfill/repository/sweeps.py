"""The sweep of states that follow a change of the program, partition by partition."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.contracts.topics import PARTITIONS
from shared.database.transaction import Tx

_SWEEP = text("insert into sweeps (partition, revision) select generate_series(0, :last), :revision")
_SWEEP_AT = text("""
    select w.partition, w.revision, w.at from sweeps w
    where not w.done and w.partition = any(cast(:partitions as smallint[]))
    order by w.partition limit 1 for update skip locked
""")
_SWEEP_NEXT = text("""
    select customer_id from states
    where partition = :partition and revision < :revision and (cast(:at as uuid) is null or customer_id > :at)
    order by customer_id limit :most
""")
_SWEPT = text("update sweeps set at = :at, done = :done where partition = :partition")
_SWEEP_OPEN = text("select count(*) from sweeps where not done")


async def sweep(tx: Tx, revision: int) -> None:
    """Have every customer brought to this revision, or a later one."""
    await tx.execute("delete from sweeps")
    await tx.execute(_SWEEP, {"revision": revision, "last": PARTITIONS - 1})


async def next_sweep(tx: Tx, partitions: Sequence[int], most: int) -> tuple[int, list[UUID]] | None:
    """A partition of these whose sweep is not done, and its next customers; None when nothing is left to sweep."""
    row = await tx.row(_SWEEP_AT, {"partitions": list(partitions)})
    if row is None:
        return None
    rows = await tx.rows(_SWEEP_NEXT, {**row, "most": most})
    ids = [customer["customer_id"] for customer in rows]
    await tx.execute(
        _SWEPT, {"partition": row["partition"], "at": ids[-1] if ids else row["at"], "done": len(ids) < most}
    )
    return row["partition"], ids


async def sweep_open(tx: Tx) -> int:
    """Partitions whose sweep is not done."""
    return int(await tx.value(_SWEEP_OPEN))
