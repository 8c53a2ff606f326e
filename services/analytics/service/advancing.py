"""Customers advanced by the engine, within one transaction: read and lock, advance, write, say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.analytics.domain.engine import (
    Change,
    History,
    Outcome,
    State,
    Transition,
    advance,
    blank,
    decode,
    encode,
    members,
    needs_history,
    rebuild,
)
from services.analytics.domain.engine.leaves import Leaf
from services.analytics.domain.instants import NEVER, to_datetime
from services.analytics.repository import facts, people, states
from services.analytics.service.changes import histories
from services.analytics.service.partitions import partition_of
from services.analytics.service.programs import Compiled, Programs
from services.analytics.service.saying import Said, say
from shared.transaction import Tx

UNDER_WAY = "definition"


@dataclass(slots=True)
class Job:
    """What to do with a customer: let these inputs count, and let time pass until then (microseconds)."""

    until: int
    inputs: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class _Result:
    customer_id: UUID
    partition: int
    outcome: Outcome
    earlier: tuple[tuple[Compiled, tuple[Transition, ...]], ...] = ()


class Advancer:
    """Advances customers. Keeps programs, and nothing of a customer."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs

    async def run(self, tx: Tx, compiled: Compiled, jobs: Mapping[UUID, Job], said: Said) -> None:
        """Advance each customer of `jobs`; store and say what changed."""
        stored = await states.read(tx, jobs)
        before = {id: decode(str(id), row.state) for id, row in stored.items()}
        missing = {id: found for id, state in before.items() if (found := self._missing(compiled, state, jobs[id]))}
        kinds, since = _reach(missing, before)
        known = await self.histories(tx, await people.groups(tx, missing) if missing else {}, kinds, since)
        results = []
        for id, job in jobs.items():
            row = stored.get(id)
            state = before.get(id) or blank(str(id))
            partition = row.partition if row else partition_of(id)
            history = known.get(id) if row else History()
            results.append(self._one(compiled, id, partition, state, job, history))
        await self._store(tx, compiled, results, said)

    async def sweep(self, tx: Tx, compiled: Compiled, jobs: Mapping[UUID, Job], said: Said) -> None:
        """Bring customers to the present program, those that are not yet."""
        rows = await states.read(tx, jobs)
        behind = {
            id: jobs[id] for id, row in rows.items() if decode(str(id), row.state).epoch != compiled.program.epoch
        }
        if behind:
            await self.run(tx, compiled, behind, said)

    async def rebuild(
        self, tx: Tx, compiled: Compiled, groups: Mapping[UUID, Sequence[UUID]], until: Mapping[UUID, int],
        causes: Mapping[UUID, str], said: Said,
    ) -> None:  # fmt: skip
        """Recompute customers from the facts of all that stand for them (each group begins with the customer)."""
        stored = await states.read(tx, groups)
        known = await self.histories(tx, groups)
        results = []
        for id in groups:
            row = stored.get(id)
            before = decode(str(id), row.state) if row else blank(str(id))
            history = known[id]
            now = max([before.time, until[id], *(one.recorded_at for one in history.facts)])
            outcome = rebuild(compiled.program, str(id), history, now, before, causes[id])
            partition = row.partition if row else partition_of(id)
            results.append(_Result(id, partition, outcome))
        await self._store(tx, compiled, results, said)
        wanted = {
            one.customer_id: [compiled.names[name][:2] for name in members(compiled.program, one.outcome.state)]
            for one in results
        }
        await states.align(tx, wanted, tx.now)

    async def retire(
        self, tx: Tx, compiled: Compiled, until: Mapping[UUID, int], causes: Mapping[UUID, str], said: Said
    ) -> None:
        """Customers who stand for themselves no more (merged into another) leave everything and have no state."""
        await states.read(tx, until)
        versions = {segment: version for segment, version, shown in compiled.names.values() if shown}
        changes = [
            states.Change(id, segment, versions[segment], False, to_datetime(until[id]), causes[id],
                          str(said.origin(causes[id])), True)
            for id, held in (await states.held(tx, until)).items()
            for segment in sorted(held & versions.keys())
        ]  # fmt: skip
        await states.store_changes(tx, changes)
        await states.remove(tx, until)
        say(tx, changes, said)

    async def histories(
        self, tx: Tx, groups: Mapping[UUID, Sequence[UUID]], kinds: Sequence[str] | None = None,
        since: datetime | None = None,
    ) -> dict[UUID, History]:  # fmt: skip
        """What is stored of these customers; of the facts only these kinds, and those since then, if that is given."""
        if not groups:
            return {}
        everybody = [member for members in groups.values() for member in members]
        return histories(
            groups,
            await facts.facts_of(tx, everybody, kinds, since),
            await facts.profiles_of(tx, groups),
            await facts.consents_of(tx, everybody),
            await facts.lists_of(tx, everybody),
        )

    def _missing(self, compiled: Compiled, state: State, job: Job) -> list[Leaf]:
        """The leaves, of this program and the state's own, whose answer is in the facts."""
        found = [compiled.program.leaves[n] for n in needs_history(compiled.program, state, job.until, job.inputs)]
        older = self.programs.of_epoch(state.epoch)
        if older is not None and older is not compiled:
            found += [older.program.leaves[n] for n in needs_history(older.program, state, job.until)]
        return found

    def _one(
        self, compiled: Compiled, id: UUID, partition: int, state: State, job: Job,
        history: History | None,
    ) -> _Result:  # fmt: skip
        earlier: tuple[tuple[Compiled, tuple[Transition, ...]], ...] = ()
        older = self.programs.of_epoch(state.epoch)
        if older is not None and older is not compiled:
            # What was due under the program before lapses under it, at its exact instant; then the new one takes over.
            start = job.inputs[0].recorded_at if job.inputs else job.until
            lapsed = advance(older.program, state, max(state.time, start), (), history)
            state, earlier = lapsed.state, ((older, lapsed.transitions),)
        outcome = advance(compiled.program, state, job.until, job.inputs, history, UNDER_WAY)
        return _Result(id, partition, outcome, earlier)

    async def _store(self, tx: Tx, compiled: Compiled, results: Iterable[_Result], said: Said) -> None:
        rows: list[tuple[UUID, int, bytes, datetime | None]] = []
        changes: list[states.Change] = []
        for result in results:
            outcome = result.outcome
            if outcome.changed or result.earlier:
                wake = outcome.state.wake
                rows.append(
                    (result.customer_id, result.partition, encode(compiled.program, outcome.state),
                     None if wake >= NEVER else to_datetime(wake))
                )  # fmt: skip
            for source, transitions in (*result.earlier, (compiled, outcome.transitions)):
                changes += said.changes(result.customer_id, source.names, transitions)
        await states.write(tx, compiled.revision, rows)
        await states.store_changes(tx, changes)
        say(tx, changes, said)


def _reach(missing: Mapping[UUID, Iterable[Leaf]], states: Mapping[UUID, State]) -> tuple[list[str], datetime | None]:
    """The kinds of facts that leaves ask for, and the earliest moment that can matter to one (None: all do).

    A new segment over purchases then reads no lines of baskets, and one of the last 90 days no older year.
    """
    asked = [(leaf, states[id].time) for id, leaves in missing.items() for leaf in leaves if leaf.conditions()]
    kinds = sorted({kind for leaf, _ in asked for kind in leaf.conditions()})
    starts = [leaf.reach(at) for leaf, at in asked]
    # The facts of a fixed window or ever: from the beginning.
    since = None if None in starts else min((start for start in starts if start is not None), default=None)
    return kinds, None if since is None else to_datetime(since)
