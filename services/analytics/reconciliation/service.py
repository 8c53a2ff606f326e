"""Compare every membership with what the facts alone give. A difference is a fault of this service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.analytics.identity import repository as identity
from services.analytics.identity.service import members_of
from services.analytics.memberships.repository import counts, memberships, states
from services.analytics.memberships.service.histories import histories
from services.analytics.reconciliation import repository as reconciliations
from services.analytics.scorecards import repository as scorecards
from services.analytics.segments.domain.engine import State, advance, decode, members, needs_history
from services.analytics.segments.domain.instants import NEVER, from_datetime, to_datetime
from services.analytics.segments.domain.sql import Customers, compile_truths
from services.analytics.segments.service.programs import Compiled, Programs
from shared.contracts.envelope import Origin
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.observability.logging import get_logger
from shared.observability.metrics import counter, gauge

log = get_logger(__name__)

# The states of a piece stay locked while it is compared: about 0.1 s.
PIECE = 250
EXAMPLES = 20

MISMATCHES = gauge("segment_mismatches", "Customers whose memberships differed from the facts at the last comparison")
WRONG_COUNTS = gauge("segment_counts_wrong", "Segments whose kept number of members was wrong at the last comparison")
COMPARED = counter("segment_customers_compared", "Customers whose memberships were compared with the facts")


@dataclass(slots=True)
class Report:
    """What a comparison found: customers compared, how many differed, and some of them."""

    customers: int = 0
    mismatches: int = 0
    counts: int = 0  # segments whose kept number of members was wrong, and is right now
    examples: list[dict[str, Any]] = field(default_factory=list)


async def reconcile(database: Database, programs: Programs, most: int | None, *, repair: bool = False) -> Report:
    """Compare up to `most` customers (all when None), from a random one on; `repair` has those that differ recomputed.

    Customers under way to a new program, or waiting to be recomputed, are passed over.
    """
    id, report = new_id(), Report()
    async with database.transaction() as tx:
        await reconciliations.start(tx, id)
    # Ids of customers are hashes, so a run of them is a random sample; a fresh id's last bytes are random too.
    cursor = UUID(int=int.from_bytes(new_id().bytes[::-1])) if most is not None else None
    wrapped = most is None
    while most is None or report.customers < most:
        async with database.transaction() as tx:
            ids = await states.after(tx, cursor, PIECE)
            await _compare(tx, programs, ids, report, repair=repair)
        if len(ids) == PIECE:
            cursor = ids[-1]
        elif wrapped:
            break
        else:
            cursor, wrapped = None, True
    report.counts = await _count_again(database)
    async with database.transaction() as tx:
        await reconciliations.finish(tx, id, report.customers, report.mismatches, report.examples)
    MISMATCHES.set(report.mismatches)
    log.info("reconciled", customers=report.customers, mismatches=report.mismatches, counts=report.counts)
    return report


async def _count_again(database: Database) -> int:
    """The kept number of members of each segment is that of its memberships; how many were not."""
    async with database.transaction() as tx:
        versions = await counts.answering(tx)
    wrong = 0
    for segment_id, version in versions:
        async with database.transaction() as tx:
            missed = await counts.correct(tx, segment_id, version)
        if missed:
            wrong += 1
            log.error("member_count_was_wrong", segment_id=str(segment_id), version=version, missed=missed)
    WRONG_COUNTS.set(wrong)
    return wrong


async def reconciled_within(database: Database, time: timedelta) -> bool:
    """Whether a comparison ended so lately."""
    async with database.transaction() as tx:
        last = await reconciliations.last(tx)
        return last is not None and tx.now - last < time


async def _compare(tx: Tx, programs: Programs, ids: Sequence[UUID], report: Report, *, repair: bool) -> None:
    compiled = await programs.current(tx)
    # Locked, so that no batch changes them between this reading and that of their facts.
    stored = await states.read(tx, ids)
    known = {id: decode(str(id), row.state) for id, row in stored.items()}
    present = {id: state for id, state in known.items() if state.epoch == compiled.program.epoch}
    # One moment for all, that no state is ahead of. Windows that end before it have ended for both sides, whether the
    # wake-up was handled or not; an event not handled yet is neither in the facts nor in a state.
    at = max([from_datetime(tx.now), *(state.time for state in present.values())])
    truths = await _by_sql(tx, compiled, list(present), at)
    tables = await memberships.held(tx, present)
    streamed = await _let_pass(tx, compiled, programs, present, at)
    # Asked last: the fact of a merged customer that came meanwhile has marked the survivor in its own transaction.
    waiting = await identity.dirty_among(tx, list(present)) | await scorecards.waiting_among(tx, present)
    wrong: dict[UUID, int] = {}
    for id in present.keys() - waiting:
        report.customers += 1
        tx.after_commit(COMPARED.inc)
        facts, table, wake = truths.get(id, set()), {str(segment) for segment in tables.get(id, set())}, stored[id].wake
        same = streamed[id] == facts and table == _shown(compiled, members(compiled.program, present[id]))
        if not same or (NEVER if wake is None else from_datetime(wake)) != present[id].wake:
            wrong[id] = stored[id].partition
            report.examples.append(
                {"customer_id": str(id), "streamed": sorted(streamed[id]), "facts": sorted(facts),
                 "table": sorted(table), "at": to_datetime(at).isoformat()}
            )  # fmt: skip
    report.mismatches += len(wrong)
    del report.examples[EXAMPLES:]
    for id in wrong:
        log.error("membership_differs_from_the_facts", customer_id=str(id))
    if repair and wrong:
        await identity.mark_dirty(tx, wrong, tx.now, Origin.REPAIR)


async def _by_sql(tx: Tx, compiled: Compiled, ids: list[UUID], at: int) -> dict[UUID, set[str]]:
    """The live segments of each customer as the tables alone have them at a moment; nothing of those merged away."""
    trees = {segment.id: segment.root for segment in compiled.program.segments if compiled.names[segment.id][2]}
    text, params = compile_truths(trees, at, Customers(ids))
    rows = await tx.rows(text, params)
    return {row["customer_id"]: {name for n, name in enumerate(trees) if row[f"s{n}"]} for row in rows}


async def _let_pass(
    tx: Tx, compiled: Compiled, programs: Programs, present: Mapping[UUID, State], at: int
) -> dict[UUID, set[str]]:
    """The live segments of each customer when time has passed until a moment, on a copy of the stored state."""
    needing = [id for id, state in present.items() if needs_history(compiled.program, state, at)]
    known = await histories(tx, await members_of(tx, needing))
    later = {id: advance(compiled.program, state, at, (), known.get(id)).state for id, state in present.items()}
    return {id: _shown(compiled, members(compiled.program, state)) for id, state in later.items()}


def _shown(compiled: Compiled, names: frozenset[str]) -> set[str]:
    return {str(compiled.names[name][0]) for name in names if compiled.names[name][2]}
