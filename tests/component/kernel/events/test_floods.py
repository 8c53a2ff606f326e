"""A flood of poison from one publisher: the others go on, the disk does not fill, and nothing is out of reach."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from shared.contracts.envelope import Unreadable
from shared.contracts.topics import Topic
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.errors import Refusal
from shared.events import dead_letters as letters
from shared.events.floods import SEVERAL, Budget, publisher_in
from shared.events.processor import BatchProcessor
from shared.events.replayer import Replayer
from shared.events.subscription import Record, Subscription
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_producer, wire_name
from tests.component.kernel.builders import effects

TOPIC = Topic("tests-inbound", (), ("tests",), partitions=1, public=True)


class Door:
    """An outer door. What it cannot read, and what fails in its handler, may change."""

    def __init__(self) -> None:
        self.readable = True
        self.handled: list[int] = []
        self.tries = 0
        self.subscription = Subscription(
            "tests-inbound", [TOPIC.name], decode=self._decode, on_batch=self._on_batch, inbox=False,
            publisher_of=publisher_in,
        )  # fmt: skip

    def _decode(self, record: Record) -> dict[str, Any]:
        try:
            body: dict[str, Any] = orjson.loads(record.value or b"")
        except orjson.JSONDecodeError as error:
            raise Unreadable(str(error)) from None
        if body["kind"] == "unreadable" and self.readable:
            raise Unreadable("a field that nobody knows")
        return body

    async def _on_batch(self, tx: Tx, events: list[dict[str, Any]]) -> None:
        self.tries += 1
        for event in events:
            if event["kind"] == "failing":
                raise ValueError("a fault of the handler")
            await tx.execute(
                "insert into effects (subject, number) values (:subject, :number)",
                {"subject": new_id(), "number": event["number"]},
            )


def a_record(offset: int, publisher: str, kind: str = "good") -> Record:
    body = {"publisher": publisher, "number": offset, "kind": kind}
    return Record(TOPIC.name, 0, offset, b"k", orjson.dumps(body), [])


async def kept(database: Database) -> list[Any]:
    async with database.transaction() as tx:
        return list(await tx.rows("select * from dead_letters order by id"))


@pytest.mark.parametrize("kind", ["unreadable", "failing"])
async def test_a_thousand_poison_records_of_one_publisher_stop_nobody(database: Database, kind: str) -> None:
    """Catches a limit for all: one publisher's broken release would stop the worker, minute after minute."""
    door = Door()
    processor = BatchProcessor(database, door.subscription)
    good = set(range(0, 1_200, 100))
    records = [a_record(n, "shop" if n in good else "till", "good" if n in good else kind) for n in range(1_200)]
    for start in range(0, len(records), 200):
        await processor.process(records[start : start + 200])
    assert {number for _, number in await effects(database)} == good
    stored = await kept(database)
    (flood,) = [letter for letter in stored if letter["flood"] is not None]
    assert len(stored) == 101
    assert {letter["publisher"] for letter in stored} == {"till"}
    assert flood["flood"]["records"] == 1_200 - len(good) - 100
    assert (flood["reason"], flood["flood"]["last_offset"]) == ("flood", 1_199)
    assert len(flood["flood"]["examples"]) == 5
    # A handler that fails is found with a dozen transactions for each record, until its publisher is known for it.
    assert door.tries < (300 if kind == "unreadable" else 4_000)


async def test_every_publisher_has_a_budget_and_all_have_one_together(database: Database) -> None:
    """Catches a publisher that makes up a name for each record: the disk would fill all the same."""
    processor = BatchProcessor(database, Door().subscription, budget=Budget(one=3, all=7))
    names = [*["till"] * 5, *["shop"] * 2, *[f"made up {n}" for n in range(50)]]
    await processor.process([a_record(n, name, "unreadable") for n, name in enumerate(names)])
    stored = await kept(database)
    floods = {letter["publisher"]: letter["flood"]["records"] for letter in stored if letter["flood"] is not None}
    assert floods == {"till": 2, SEVERAL: 48}
    assert len([letter for letter in stored if letter["flood"] is None]) == 7


async def test_a_record_that_is_cut_off_still_counts_for_its_publisher() -> None:
    """Catches a flood of truncated records that is everybody's, or nobody's."""
    assert publisher_in(Record(TOPIC.name, 0, 0, None, b'{ "publisher": "till", "message": {"ty', [])) == "till"
    assert publisher_in(Record(TOPIC.name, 0, 0, None, b"\xff\x00", [])) == "(unreadable)"
    assert publisher_in(Record(TOPIC.name, 0, 0, None, None, [])) == "(unreadable)"


async def test_a_flood_is_read_again_from_its_topic_when_the_cause_is_mended(database: Database, settings: Any) -> None:
    """Catches records that were counted and are out of reach, and a repair of a letter that holds none of them."""
    own = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}{new_id().hex[-6:]}-"})
    await create_topics(own, [TOPIC])
    producer = make_producer(own)
    await producer.start()
    records = [a_record(n, "till", "good" if n == 3 else "unreadable") for n in range(10)]
    for record in records:
        await producer.send_and_wait(wire_name(own, TOPIC.name), record.value)
    await producer.stop()
    door = Door()
    await BatchProcessor(database, door.subscription, budget=Budget(one=2)).process(records)
    (flood,) = [letter for letter in await kept(database) if letter["flood"] is not None]
    assert (flood["flood"]["first_offset"], flood["flood"]["records"]) == (2, 7)
    async with database.transaction() as tx:
        with pytest.raises(Refusal, match="no bytes") as refused:
            await letters.repair(tx, flood["id"], b"{}", who="anna")
    assert (refused.value.status, refused.value.slug) == (409, "nothing-to-repair")
    door.readable = False
    async with database.transaction() as tx:
        await letters.replay(tx, flood["id"], who="anna")
    assert await Replayer([door.subscription]).replay_asked(database, settings=own) == 1
    # The two that were kept are letters still; the good one has its effect again: this door knows no duplicates.
    assert sorted(number for _, number in await effects(database)) == [2, 3, 3, 4, 5, 6, 7, 8, 9]
    states = sorted((letter["reason"], letter["state"]) for letter in await kept(database))
    assert states == [("flood", "replayed"), ("unreadable", "open"), ("unreadable", "open")]
