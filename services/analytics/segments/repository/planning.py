"""Settings of the query planner for a transaction that reads everybody's facts."""

from sqlalchemy import text

from shared.database.transaction import Tx

# Grouping partition by partition, in several processes, each with a small table: half the time (measured).
_EVERYBODY = text("""
    select set_config('work_mem', :memory, true), set_config('enable_partitionwise_aggregate', 'on', true)
""")


async def expect_everybody(tx: Tx, memory: str) -> None:
    """Until the transaction ends each step of a statement may take so much memory ('64MB')."""
    await tx.execute(_EVERYBODY, {"memory": memory})
