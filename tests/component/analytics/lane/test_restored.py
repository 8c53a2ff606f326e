"""A worker of analytics on a database that was restored from a backup."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from uuid import uuid4

from tests.backups import restore_backup, take_backup
from tests.component.analytics.builders import a_purchase, bought
from tests.component.analytics.lane.harness import Harness


async def test_a_restored_worker_hears_what_it_has_forgotten_and_tells_nothing_new(harness: Harness) -> None:
    """Catches a lane that goes where the broker has its group, and transitions that seem to happen a second time:
    campaigns would let somebody in twice."""
    segment = await harness.world.a_segment(bought(last="PT6S"))
    before, after, lapsing = uuid4(), uuid4(), uuid4()
    worker = harness.start_worker()
    await harness.put(a_purchase(before, datetime.now(UTC)))
    await harness.until(lambda: harness.handled(1))
    worker.send_signal(signal.SIGTERM)
    worker.wait()
    backup = await asyncio.to_thread(take_backup, harness.settings.database_url)

    async def both_have_left() -> bool:
        return [len(await harness.world.moves(who, segment)) for who in (after, lapsing)] == [2, 2]

    worker = harness.start_worker()
    await harness.put(a_purchase(after, datetime.now(UTC)), a_purchase(lapsing, datetime.now(UTC)))
    await harness.until(both_have_left)
    worker.send_signal(signal.SIGTERM)
    worker.wait()
    emitted = {who: {event.id for event in await harness.world.emitted(who)} for who in (after, lapsing)}

    await restore_backup(harness.settings.database_url, backup)
    assert await harness.world.count("facts") == 2
    harness.start_worker()
    # Nothing new comes on any topic.
    await harness.until(lambda: harness.handled(3))
    await harness.until(both_have_left)
    again = {who: {event.id for event in await harness.world.emitted(who)} for who in (after, lapsing)}
    assert again == emitted
