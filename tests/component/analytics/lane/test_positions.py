"""A lane that begins again where it stood, before the broker has answered for every partition."""

from __future__ import annotations

from faust.types import TP

from services.analytics.config import Settings
from services.analytics.lane.streams.backlog import Backlog
from services.analytics.lane.streams.feed import Fetch
from services.analytics.lane.streams.positions import Positions
from shared.database.engine import Database
from shared.events.offsets import AtTheBroker, ConsumerOffsets
from shared.events.subscription import Record

HERE, BESIDE = TP("interactions-events", 0), TP("interactions-events", 1)
_BROKER = AtTheBroker(begin=0, end=10, committed=None)


def _records(tp: TP, first: int, end: int) -> list[Record]:
    return [Record(tp.topic, tp.partition, at, None, b"%d" % at, ()) for at in range(first, end)]


async def test_a_partition_that_answers_second_does_not_seem_to_have_a_hole(
    settings: Settings, database: Database
) -> None:
    """Catches a worker with a backlog that ends again and again after a restart: it begins one record before its
    position, to see that the topic is the one it read, and that record is dropped."""
    settings = settings.model_copy(update={"topic_prefix": ""})
    places = {(tp.topic, tp.partition): _BROKER for tp in (HERE, BESIDE)}
    before = ConsumerOffsets("analytics")
    await before.settle(database, places)
    async with database.transaction() as tx:
        await before.move(tx, [*_records(HERE, 0, 5), *_records(BESIDE, 0, 5)])

    offsets = ConsumerOffsets("analytics")
    assert set((await offsets.settle(database, places)).values()) == {4}
    positions, backlog = Positions(settings, database, offsets), Backlog([HERE.topic])
    backlog.reset([HERE, BESIDE])
    at = {BESIDE: 7, HERE: 4}
    for records in ({BESIDE: _records(BESIDE, 4, 7)}, {HERE: _records(HERE, 4, 10)}):
        at |= {tp: got[-1].offset + 1 for tp, got in records.items()}
        admitted = await positions.admit(Fetch(records, dict(at), set()))  # type: ignore[arg-type]
        assert admitted is not None
        backlog.offer(admitted.records, admitted.positions, admitted.unread)
    assert [(taken.partition, taken.offset) for taken in backlog.take(100)] == [
        *((0, at) for at in range(5, 10)),
        *((1, at) for at in range(5, 7)),
    ]
