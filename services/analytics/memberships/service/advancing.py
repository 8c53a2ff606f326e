"""Advance customers by the engine, within one transaction: read and lock, advance, write, emit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.analytics.identity.domain import partition_of
from services.analytics.identity.service import members_of
from services.analytics.memberships.domain import DEFINITION
from services.analytics.memberships.repository import memberships, states
from services.analytics.memberships.repository.memberships import MembershipChange
from services.analytics.memberships.repository.states import StoredState
from services.analytics.memberships.service.adoption import Adoption, adoption_of
from services.analytics.memberships.service.emission import Causes, emit_changes
from services.analytics.memberships.service.histories import histories
from services.analytics.segments.domain.engine import (
    Change,
    History,
    Outcome,
    State,
    advance,
    blank,
    decode,
    encode,
    needs_history,
)
from services.analytics.segments.domain.engine.leaves import Leaf
from services.analytics.segments.domain.instants import NEVER, to_datetime
from services.analytics.segments.service.programs import Compiled
from shared.database.transaction import Tx


@dataclass(slots=True)
class Job:
    """What to do with a customer: let these inputs count, and let time pass until then (microseconds)."""

    until: int
    inputs: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """What the engine made of a customer."""

    customer_id: UUID
    partition: int
    outcome: Outcome


@dataclass(slots=True)
class Loaded:
    """What is stored of some customers, locked: rows, states, facts where a state needs them, and fills since then."""

    rows: dict[UUID, StoredState]
    states: dict[UUID, State]
    histories: dict[UUID, History]
    adoption: Adoption | None


async def load(tx: Tx, compiled: Compiled, jobs: Mapping[UUID, Job]) -> Loaded:
    """Read and lock what the jobs need. Before the facts of `jobs` are stored: a state takes them in from its inputs,
    and what it needs of the facts must not hold them as well."""
    rows = await states.read(tx, jobs)
    before = {id: decode(str(id), row.state) for id, row in rows.items()}
    missing = {
        id: [compiled.program.leaves[number] for number in found]
        for id, state in before.items()
        if (found := needs_history(compiled.program, state, jobs[id].until, jobs[id].inputs))
    }
    kinds, since = _reach(missing, before)
    known = await histories(tx, await members_of(tx, missing) if missing else {}, kinds, since)
    return Loaded(rows, before, known, await adoption_of(tx, compiled, before))


async def advance_loaded(tx: Tx, compiled: Compiled, jobs: Mapping[UUID, Job], loaded: Loaded, causes: Causes) -> None:
    """Advance each customer of `jobs`; store and emit what changed."""
    results = []
    for id, job in jobs.items():
        row = loaded.rows.get(id)
        state = loaded.states.get(id) or blank(str(id))
        partition = row.partition if row else partition_of(id)
        history = loaded.histories.get(id) if row else History()
        fills = None
        if loaded.adoption is not None and row is not None:
            fills = loaded.adoption.fills_of(id, state, job.inputs[0].recorded_at if job.inputs else job.until)
        outcome = advance(compiled.program, state, job.until, job.inputs, history, DEFINITION, fills)
        results.append(Result(id, partition, outcome))
    await store_results(tx, compiled, results, causes)


async def advance_customers(tx: Tx, compiled: Compiled, jobs: Mapping[UUID, Job], causes: Causes) -> None:
    """Advance each customer of `jobs` from what is stored; store and emit what changed."""
    await advance_loaded(tx, compiled, jobs, await load(tx, compiled, jobs), causes)


async def store_results(tx: Tx, compiled: Compiled, results: Iterable[Result], causes: Causes) -> None:
    """Store states and memberships as the engine made them, and emit the changes."""
    rows: list[tuple[UUID, int, bytes, datetime | None]] = []
    changes: list[MembershipChange] = []
    for result in results:
        outcome = result.outcome
        if outcome.changed:
            wake = outcome.state.wake
            rows.append(
                (result.customer_id, result.partition, encode(compiled.program, outcome.state),
                 None if wake >= NEVER else to_datetime(wake))
            )  # fmt: skip
        changes += causes.changes(result.customer_id, compiled.names, outcome.transitions)
    await states.write(tx, compiled.revision, rows)
    await memberships.store_changes(tx, changes)
    emit_changes(tx, changes, causes)


def _reach(missing: Mapping[UUID, Sequence[Leaf]], states: Mapping[UUID, State]) -> tuple[list[str], datetime | None]:
    """The kinds of facts that leaves ask for, and the earliest moment that can matter to one (None: all do).

    A new segment over purchases then reads no lines of baskets, and one of the last 90 days no older year.
    """
    asked = [(leaf, states[id].time) for id, leaves in missing.items() for leaf in leaves if leaf.conditions()]
    kinds = sorted({kind for leaf, _ in asked for kind in leaf.conditions()})
    starts = [leaf.reach(at) for leaf, at in asked]
    # The facts of a fixed window or ever: from the beginning.
    since = None if None in starts else min((start for start in starts if start is not None), default=None)
    return kinds, None if since is None else to_datetime(since)
