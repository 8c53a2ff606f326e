"""Analytics without its broker: what the lane would do, step by step, on a real database."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.backfill.service.filling import Filling
from services.analytics.backfill.service.sweeping import Sweeping
from services.analytics.capabilities import subscription
from services.analytics.config import Settings
from services.analytics.memberships.service.recomputing import Recomputing
from services.analytics.memberships.service.wakeups import WakeUps
from services.analytics.scores.service.following import Following
from services.analytics.segments.service import definitions as segments
from services.analytics.segments.service.programs import Programs
from shared.clock import MACHINE
from shared.contracts.analytics import AnalyticsErasureDone, MembershipsChanged, SegmentChanged
from shared.contracts.envelope import Envelope, Fact, read_envelope
from shared.contracts.topics import PARTITIONS
from shared.database.engine import Database
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog

EMITTED: dict[str, type[Fact]] = {
    fact.TYPE: fact for fact in (MembershipsChanged, SegmentChanged, AnalyticsErasureDone)
}


class World:
    """One worker's view of all partitions."""

    def __init__(self, settings: Settings, database: Database, clock: Any) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.restart()

    def restart(self) -> None:
        """A new process: nothing is left but what is stored."""
        programs = Programs()
        self.processor = BatchProcessor(self.database, subscription(self.settings, programs))
        self.wake_ups = WakeUps(programs)
        self.recomputing = Recomputing(programs)
        self.sweeping = Sweeping(programs)
        self.filling = Filling()
        self.following = Following(programs)
        self.context = WorkerContext(self.settings, self.database, self.clock, Watchdog([]))

    async def handle(self, *events: Envelope[Any]) -> None:
        """One batch; all must be handled."""
        before = await self.count("dead_letters")
        await self.processor.process(
            [
                Record("any", 0, number, str(event.subject).encode(), event.to_bytes(), [("type", event.type.encode())])
                for number, event in enumerate(events)
            ]
        )
        assert await self.count("dead_letters") == before, await self._newest_letter()

    async def _newest_letter(self) -> str:
        async with self.database.transaction() as tx:
            return str(await tx.value("select error from dead_letters order by created_at desc limit 1"))

    def reached(self) -> dict[int, datetime]:
        """Every partition is read up to now."""
        return dict.fromkeys(range(PARTITIONS), self.clock.now())

    async def wake(self) -> bool:
        """Due wake-ups are handled; True when there are more."""
        return await self.wake_ups.step(self.context, self.reached())

    async def tend(self, reached: dict[int, datetime] | None = None) -> bool:
        """Some dirty customers are recomputed, and some states follow a switch; True when there are more."""
        reached = self.reached() if reached is None else reached
        more = await self.recomputing.step(self.context, reached)
        await self.following.step(self.context, reached)
        return await self.sweeping.step(self.context, reached) or more

    async def follow_scores(self) -> None:
        """Memberships of everybody whose score has changed are by it."""
        while await self.count("score_changes"):
            await self.following.step(self.context, self.reached())

    async def idle(self) -> None:
        """All that can be done now, is done: wake-ups, dirty customers, back-fills."""
        for _ in range(1000):
            more = [
                await self.wake(),
                await self.tend(),
                await self.filling.step(self.context),
            ]
            if not any(more):
                return
        raise AssertionError("never idle")

    async def pass_time(self, to: datetime) -> None:
        """Wait until `to`, with no event."""
        self.clock.set(to)
        await self.idle()

    async def a_segment(self, definition: dict[str, Any], name: str | None = None) -> UUID:
        """A live segment."""
        async with self.database.transaction() as tx:
            id = await segments.create_segment(tx, name or f"s{MACHINE.monotonic()}", None, definition, "tests", None)
        await self.idle()
        return id

    async def members(self, segment_id: UUID) -> set[UUID]:
        """Who is in by the version that answers."""
        async with self.database.transaction() as tx:
            rows = await tx.rows(
                "select m.customer_id from memberships m join segments s on s.segment_id = m.segment_id"
                " and s.current_version = m.version where m.segment_id = :id",
                {"id": segment_id},
            )
            return {row["customer_id"] for row in rows}

    async def emitted(self, subject: UUID | None = None) -> list[Envelope[Any]]:
        """What was emitted so far, in order; of one subject if given."""
        async with self.database.transaction() as tx:
            rows = await tx.rows("select value from outbox order by id")
        events = [event for row in rows if (event := read_envelope(row["value"], EMITTED)) is not None]
        return [event for event in events if subject is None or event.subject == subject]

    async def moves(self, customer_id: UUID, segment_id: UUID) -> list[tuple[str, datetime, str]]:
        """(entered | left, at, by) of a customer and segment, as emitted."""
        found = []
        for event in await self.emitted(customer_id):
            if isinstance(event.data, MembershipsChanged):
                for word, transitions in (("entered", event.data.entered), ("left", event.data.left)):
                    found += [
                        (word, transition.at, transition.by)
                        for transition in transitions
                        if transition.segment_id == segment_id
                    ]
        return found

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self.database.transaction() as tx:
            return int(await tx.value(f"select count(*) from {table}"))
