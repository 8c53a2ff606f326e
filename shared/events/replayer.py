"""Replay the dead letters that an operator has asked for, through the handler that failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aiokafka.errors import KafkaError
from sqlalchemy import RowMapping

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database.engine import Database, is_transient
from shared.events.dead_letter_writer import describe
from shared.events.flood_replay import read_again
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.ids import milliseconds_of
from shared.observability.logging import get_logger
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

EVERY_S = 1.0
_ASKED = """
    select id, event_id, consumer, topic, partition, "offset", key, coalesce(repaired, value) as value, headers, flood,
           received_ms
    from dead_letters where state = 'replaying' order by id limit 100
"""
_FAILED = """
    update dead_letters set state = 'open', attempts = attempts + 1, error = :error, names = null where id = :id
"""


class NoSuchConsumer(RuntimeError):
    """The letter was written by a consumer that this worker does not have (any more)."""


class Replayer:
    """A worker part. The effect is still once: the letter's event id passes the inbox in the replay's transaction."""

    name = "replayer"

    def __init__(self, subscriptions: Sequence[Subscription]) -> None:
        self._subscriptions = {subscription.consumer: subscription for subscription in subscriptions}

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """Look for asked replays for ever."""
        while True:
            beat()
            try:
                await self.replay_asked(context.database, beat, context.settings)
            except Exception as error:
                if not is_transient(error) and not isinstance(error, KafkaError):
                    raise
            await MACHINE.sleep(EVERY_S)

    async def replay_asked(
        self,
        database: Database,
        beat: Callable[[], None] = lambda: None,
        settings: ServiceSettings | None = None,
    ) -> int:
        """Replay what is asked for now; returns how many letters had their effect. Floods need `settings`: they are
        read from their topic again."""
        async with database.transaction() as tx:
            if not await tx.value("select 1 from dead_letters where state = 'replaying' limit 1"):
                return 0
        async with database.exclusive("replayer") as acquired:
            if not acquired:
                return 0
            async with database.transaction() as tx:
                letters = await tx.rows(_ASKED)
            return sum([await self._replay(database, letter, beat, settings) for letter in letters])

    async def _replay(
        self, database: Database, letter: RowMapping, beat: Callable[[], None], settings: ServiceSettings | None
    ) -> int:
        try:
            subscription = self._subscriptions.get(letter["consumer"])
            if subscription is None:
                raise NoSuchConsumer(f"this worker has no consumer {letter['consumer']}")
            processor = BatchProcessor(database, subscription, beat=beat)
            if letter["flood"] is None:
                await processor.replay(letter["id"], letter["event_id"], _record(letter))
            elif settings is not None:
                await read_again(settings, processor, letter["topic"], letter["partition"], letter["flood"], beat)
                async with database.transaction(beat=beat) as tx:
                    await tx.execute("update dead_letters set state = 'replayed' where id = :id", {"id": letter["id"]})
        except Exception as error:
            if is_transient(error) or isinstance(error, KafkaError):
                raise
            log.warning("replay_failed", letter=str(letter["id"]), error=type(error).__name__)
            async with database.transaction(beat=beat) as tx:
                await tx.execute(_FAILED, {"id": letter["id"], "error": describe(error)})
            return 0
        return 1


def _record(letter: RowMapping) -> Record:
    headers: list[Any] = letter["headers"]
    return Record(
        letter["topic"],
        letter["partition"],
        letter["offset"],
        letter["key"],
        letter["value"],
        [(name, None if value is None else bytes.fromhex(value)) for name, value in headers],
        # Of a letter of former releases the moment at which it was written: not before it was received.
        letter["received_ms"] or milliseconds_of(letter["id"]) or 0,
    )
