"""Customers advanced by the engine, within one transaction: read and lock, advance, write, say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.analytics.domain.engine import (
    Change,
    History,
    Outcome,
    State,
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
from services.analytics.service.adopting import adoption_of
from services.analytics.service.changes import histories
from services.analytics.service.partitions import partition_of
from services.analytics.service.programs import Compiled
from services.analytics.service.saying import Said, say
from shared.database.transaction import Tx

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


class Advancer:
    """Advances customers. Keeps nothing of a customer."""

    async def run(self, tx: Tx, compiled: Compiled, jobs: Mapping[UUID, Job], said: Said) -> None:
        """Advance each customer of `jobs`; store and say what changed."""
        stored = await states.read(tx, jobs)
        before = {id: decode(str(id), row.state) for id, row in stored.items()}
        missing = {
            id: [compiled.program.leaves[number] for number in found]
            for id, state in before.items()
            if (found := needs_history(compiled.program, state, jobs[id].until, jobs[id].inputs))
        }
        kinds, since = _reach(missing, before)
        known = await self.histories(tx, await people.groups(tx, missing) if missing else {}, kinds, since)
        adoption = await adoption_of(tx, compiled, before)
        results = []
        for id, job in jobs.items():
            row = stored.get(id)
            state = before.get(id) or blank(str(id))
            partition = row.partition if row else partition_of(id)
            history = known.get(id) if row else History()
            fills = None
            if adoption is not None and row is not None:
                fills = adoption.fills_of(id, state, job.inputs[0].recorded_at if job.inputs else job.until)
            outcome = advance(compiled.program, state, job.until, job.inputs, history, UNDER_WAY, fills)
            results.append(_Result(id, partition, outcome))
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
        present = {id: decode(str(id), row.state) for id, row in stored.items()}
        adoption = await adoption_of(tx, compiled, present)
        known = await self.histories(tx, groups)
        results = []
        for id in groups:
            row = stored.get(id)
            before = present.get(id) or blank(str(id))
            if adoption is not None:
                before = replace(before, word=adoption.told(compiled.program, id, before))
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
        stored = await states.read(tx, until)
        present = {id: decode(str(id), row.state) for id, row in stored.items()}
        adoption = await adoption_of(tx, compiled, present)
        changes = []
        for id, state in present.items():
            word = state.word if adoption is None else adoption.told(compiled.program, id, state)
            held = [compiled.names[name] for name in members(compiled.program, replace(state, word=word))]
            changes += [
                states.Change(id, segment, version, False, to_datetime(until[id]), causes[id],
                              str(said.origin(causes[id])), True)
                for segment, version, shown in sorted(held) if shown
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

    async def _store(self, tx: Tx, compiled: Compiled, results: Iterable[_Result], said: Said) -> None:
        rows: list[tuple[UUID, int, bytes, datetime | None]] = []
        changes: list[states.Change] = []
        for result in results:
            outcome = result.outcome
            if outcome.changed:
                wake = outcome.state.wake
                rows.append(
                    (result.customer_id, result.partition, encode(compiled.program, outcome.state),
                     None if wake >= NEVER else to_datetime(wake))
                )  # fmt: skip
            changes += said.changes(result.customer_id, compiled.names, outcome.transitions)
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
