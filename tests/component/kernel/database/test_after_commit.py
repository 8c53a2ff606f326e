"""What a process counts and remembers follows what is stored."""

from __future__ import annotations

from functools import partial

import pytest

from shared.contracts.envelope import Envelope
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.processor import BatchProcessor
from shared.events.subscription import Subscription
from tests.component.kernel.builders import Counted, effects, emit, on_counted, records_of


async def test_what_is_to_follow_a_commit_follows_no_rollback(database: Database) -> None:
    """Catches a memory of what was never stored."""
    remembered: list[str] = []
    with pytest.raises(RuntimeError, match="planted"):
        async with database.transaction() as tx:
            tx.after_commit(lambda: remembered.append("rolled back"))
            raise RuntimeError("planted")
    async with database.transaction() as tx:
        tx.after_commit(lambda: remembered.append("stored"))
        assert remembered == []
    assert remembered == ["stored"]


async def test_a_batch_that_is_tried_again_is_counted_once(database: Database) -> None:
    """Catches a counter inside a transaction: each try of a batch with a poison in it would count its neighbours."""
    counted: list[int] = []

    async def on_batch(tx: Tx, events: list[Envelope[Counted]]) -> None:
        for event in events:
            tx.after_commit(partial(counted.append, event.data.number))
            await on_counted(tx, event)

    subject = await emit(database, 1, -2, 3)
    subscription = Subscription("tests", ["tests-events"], types=[Counted], on_batch=on_batch)
    await BatchProcessor(database, subscription).process(await records_of(database))
    assert await effects(database) == [(subject, 1), (subject, 3)]
    assert counted == [1, 3]
