"""Rows appended by COPY belong to the transaction like any others."""

from __future__ import annotations

import pytest

from shared.contracts.envelope import Envelope
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.processor import BatchProcessor
from shared.events.subscription import Subscription
from shared.ids import new_id
from tests.component.kernel.builders import Counted, effects, emit, records_of


async def test_what_is_copied_first_is_rolled_back_too(database: Database) -> None:
    """Catches a COPY that is sent before the transaction is open: it would commit by itself."""
    with pytest.raises(RuntimeError, match="planted"):
        async with database.transaction() as tx:
            await tx.copy("effects", ("subject", "number"), [(new_id(), 1), (None, 2)])
            raise RuntimeError("planted")
    assert await effects(database) == []


async def test_copied_rows_keep_their_order(database: Database) -> None:
    """Catches an outbox whose ids do not grow in the order in which events were emitted."""
    async with database.transaction() as tx:
        await tx.copy("effects", ("subject", "number"), [(None, number) for number in range(500)])
    assert [number for _, number in await effects(database)] == list(range(500))


async def test_new_rows_are_stored_together_or_not_at_all_and_the_transaction_goes_on(database: Database) -> None:
    """Catches a duplicate that spoils the batch, and one that leaves half of its neighbours."""
    subject = new_id()
    async with database.transaction() as tx:
        assert await tx.copy_new("subjects", ("subject", "version"), [(subject, 1)])
        assert not await tx.copy_new("subjects", ("subject", "version"), [(new_id(), 1), (subject, 2)])
        await tx.execute("insert into effects (number) values (7)")
    async with database.transaction() as tx:
        assert [dict(row) for row in await tx.rows("select * from subjects")] == [{"subject": subject, "version": 1}]
    assert [number for _, number in await effects(database)] == [7]


async def test_a_row_that_cannot_be_copied_costs_its_neighbours_nothing(database: Database) -> None:
    """Catches a COPY given up half way that leaves its connection, or the batch, unusable."""

    async def on_counted(tx: Tx, event: Envelope[Counted]) -> None:
        # 2**40 is refused by the driver, in the middle of the rows.
        number = 2**40 if event.data.number == 13 else event.data.number
        await tx.copy("effects", ("subject", "number"), [(event.subject, 0), (event.subject, number)])

    subject = await emit(database, 1, 13, 2)
    subscription = Subscription("tests", ["tests-events"], {Counted: on_counted})
    await BatchProcessor(database, subscription).process(await records_of(database))
    assert await effects(database) == [(subject, 0), (subject, 1), (subject, 0), (subject, 2)]
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from dead_letters") == 1
