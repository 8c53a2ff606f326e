"""The back-fill: new versions of segments are answered for everybody by one statement, switched to, and then emitted.

A round takes all versions that wait. It begins when the inputs of every partition are handled up to the change of the
program, so that the facts hold all that the states of customers who were not touched since know. Those who were touched
have worked the new versions out by themselves and are passed over, so the stream goes on meanwhile. Each step is one
short transaction, apart from the one that computes; what was done survives a crash, and the next process goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy import text

from services.analytics.backfill.repository import fills, sweeps
from services.analytics.backfill.repository.fills import Held
from services.analytics.memberships.domain import DEFINITION
from services.analytics.memberships.repository import memberships
from services.analytics.memberships.repository.memberships import MembershipChange
from services.analytics.memberships.service.emission import Causes, emit_changes
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.domain.language import referred
from services.analytics.segments.domain.sql import Everybody, compile_fill
from services.analytics.segments.repository import programs, rounds
from services.analytics.segments.repository.planning import expect_everybody
from services.analytics.segments.repository.rounds import Round
from services.analytics.segments.service.programs import definitions_of, renew
from services.analytics.statistics.service import refresh
from shared.clock import MACHINE
from shared.contracts.analytics import SegmentChanged
from shared.contracts.envelope import Origin
from shared.database.engine import Database, is_transient
from shared.database.transaction import Tx
from shared.observability.logging import get_logger
from shared.observability.metrics import counter
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

# One statement reads all facts: some seconds for ten millions of them.
COMPUTE_S = 600.0
_MEMORY = "128MB"
APPLY_MOST = 5_000
# Rows of memberships that are compared in one transaction: it holds up the loop for some ten milliseconds.
EMIT_MOST = 1_000
STALE_MOST = 5_000

# After a statement that failed by a fault of ours.
RETRY_S = 60.0

FAILED = counter("segment_fill_failed", "Back-fills whose statement failed")
EMITTED = counter("segment_fill_told", "Memberships that a back-fill has told of")


class Filling:
    """The use cases of the back-fill. One process of the service at a time does them."""

    def __init__(self) -> None:
        self._clean_revision = 0
        self._retry_at = 0.0

    async def has_work(self, tx: Tx) -> bool:
        """Whether there may be something to do; cheap enough to ask every second."""
        return await programs.peek(tx) != self._clean_revision

    async def step(self, context: WorkerContext) -> bool:
        """The next bounded piece; False when there is nothing to do now."""
        async with context.database.transaction() as tx:
            # Read first: a segment that is made while this looks has a newer one, and is looked for again.
            revision = await programs.peek(tx)
            round = await rounds.open_round(tx)
            if round is None:
                await rounds.begin(tx)
                round = await rounds.open_round(tx)
            if round is None:
                return await self._clean(tx, revision)
            if round.stage == "applying":
                await self._apply(tx, round)
                return True
            if round.stage == "telling":
                await self._emit(tx, round)
                return True
            moment = round.moment or await fills.read_since(tx, round.since)
            if moment is None:
                return False
            await rounds.enter_stage(tx, round, "waiting", moment=moment)
        if MACHINE.monotonic() < self._retry_at:
            return False
        try:
            await self._compute(context)
        except Exception as error:
            if is_transient(error):
                raise
            # A definition that PostgreSQL cannot answer must not end the workers: the stream goes on without it.
            FAILED.inc()
            log.exception("fill_failed", round=round.round)
            self._retry_at = MACHINE.monotonic() + RETRY_S
            return False
        return True

    async def _compute(self, context: WorkerContext) -> None:
        """All answers of the round, by one statement, on a connection of its own that has the time."""
        database = Database(
            context.database.url, source=context.database.source, clock=context.clock, pool_size=1,
            command_timeout_s=COMPUTE_S,
        )  # fmt: skip
        try:
            async with database.transaction() as tx:
                round = await rounds.open_round(tx)
                if round is None or round.stage != "waiting" or round.moment is None:
                    return
                await refresh(tx)
                await expect_everybody(tx, _MEMORY)
                await _answer(tx, round, round.moment)
                await rounds.enter_stage(tx, round, "applying")
        finally:
            await database.close()

    async def _apply(self, tx: Tx, round: Round) -> None:
        """The answers of the next customers become rows of memberships; after the last, the new versions answer."""
        to = await fills.apply(tx, round, APPLY_MOST)
        if to is not None:
            await rounds.move_on(tx, round, to)
            return
        # Waits for the batches under way: nothing is emitted by the old versions after this. No state is locked here,
        # as one of those batches may want it.
        await programs.lock(tx)
        switched = await rounds.switch(tx, round)
        for segment_id, name, version in switched:
            tx.publish(SegmentChanged(name=name, version=version, state="live"), subject=segment_id, origin=Origin.LIVE)
            log.info("segment_live", segment_id=str(segment_id), version=version)
        await fills.clear(tx)
        if not switched:
            await rounds.enter_stage(tx, round, "done")
            return
        revision = await renew(tx)
        # The states follow at leisure; until then they lapse late, though with their exact instants.
        await sweeps.sweep(tx, revision)
        await rounds.enter_stage(tx, round, "telling", live_revision=revision)

    async def _emit(self, tx: Tx, round: Round) -> None:
        """Emit what the switch changed for the next customers, unless their states have done that."""
        switched = await rounds.switched(tx, round)
        wanted = [
            (id, version)
            for id, (newest, replaced) in switched.items()
            for version in (newest, replaced)
            if version is not None
        ]
        held = await fills.held_by(tx, wanted, round.done_to, max(EMIT_MOST, 2 * len(wanted)))
        more = len(held) >= max(EMIT_MOST, 2 * len(wanted))
        if more:
            # The last customer's rows may not all be among them.
            last = held[-1].customer_id
            held = [row for row in held if row.customer_id != last]
        assert round.moment is not None
        assert round.live_revision is not None
        changes: dict[UUID, list[MembershipChange]] = {}
        for customer_id, rows in groupby(held, attrgetter("customer_id")):
            found = _differences(customer_id, list(rows), switched, round.moment)
            if found:
                changes[customer_id] = found
        behind = await fills.behind(tx, changes, round.live_revision)
        emitted = [change for id in behind for change in changes[id]]
        await memberships.store_changes(tx, emitted)
        emit_changes(tx, emitted, Causes())
        tx.after_commit(lambda: EMITTED.inc(len(emitted)))
        if more:
            await rounds.move_on(tx, round, held[-1].customer_id)
        else:
            await rounds.enter_stage(tx, round, "done")

    async def _clean(self, tx: Tx, revision: int) -> bool:
        """What replaced versions and archived segments have left behind goes, a piece at a time; up to `revision`
        nothing is left to do then."""
        # No program changes meanwhile.
        await programs.revision(tx)
        if await fills.drop_stale(tx, STALE_MOST) < STALE_MOST:
            tx.after_commit(lambda: setattr(self, "_clean_revision", revision))
            return False
        return True


async def _answer(tx: Tx, round: Round, moment: datetime) -> None:
    """Store who of those not touched since the round began is in its versions, by the definitions after the switch."""
    running = await programs.running(tx)
    wanted = {
        str(version.segment_id): version for version in running if version.round == round.round and version.hidden
    }
    if not wanted:
        return
    # What refers to a segment of the round means its new version.
    after = [
        version
        for version in running
        if version is wanted.get(str(version.segment_id), None if version.hidden else version)
    ]
    definitions = zip(after, definitions_of(after), strict=True)
    trees = {str(version.segment_id): definition.root for version, definition in definitions}
    numbers = {name: version.number for name, version in wanted.items()}
    needed = referred(numbers, trees)
    statement, params = compile_fill(needed, numbers, from_datetime(moment), Everybody(behind=round.revision))
    # Through a table of its own: what inserts into another cannot be worked out by several processes.
    await tx.execute(text(f"create temp table answers on commit drop as {statement}"), params)
    await fills.store_answers(tx)


def _differences(
    customer_id: UUID, rows: Sequence[Held], switched: Mapping[UUID, tuple[int, int | None]], moment: datetime
) -> list[MembershipChange]:
    """Who is in by the new version and was not by the old one, and the reverse, at the moment of the round or later."""
    found = []
    held = {(row.segment_id, row.version): row.since for row in rows}
    for segment_id in sorted({row.segment_id for row in rows}):
        version, replaced = switched[segment_id]
        new = held.get((segment_id, version))
        old = None if replaced is None else held.get((segment_id, replaced))
        since = new or old
        if (new is None) == (old is None) or since is None:
            continue
        found.append(
            MembershipChange(
                customer_id,
                segment_id,
                version,
                new is not None,
                max(since, moment),
                DEFINITION,
                str(Origin.BACKFILL),
                True,
            )
        )  # fmt: skip
    return found
