"""Recompute customers from their facts: after merges and objections, on static lists, and where a comparison found a
difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.analytics.facts.service import objecting_among
from services.analytics.identity import repository as identity
from services.analytics.identity.domain import partition_of
from services.analytics.identity.service import members_of, resolve
from services.analytics.memberships.domain import LISTED, OBJECTION
from services.analytics.memberships.repository import memberships, states
from services.analytics.memberships.repository.memberships import MembershipChange
from services.analytics.memberships.service.adoption import adoption_of
from services.analytics.memberships.service.advancing import Result, store_results
from services.analytics.memberships.service.emission import Causes, emit_changes
from services.analytics.memberships.service.histories import histories
from services.analytics.segments.domain.engine import blank, decode, members, rebuild
from services.analytics.segments.domain.instants import from_datetime, to_datetime
from services.analytics.segments.service.programs import Compiled, Programs
from shared.contracts.envelope import Origin
from shared.database.transaction import Tx
from shared.worker.parts import WorkerContext

DIRTY_MOST = 100


class Recomputing:
    """What the lane does about customers who are marked as dirty."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    async def step(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        """Up to DIRTY_MOST of them are recomputed, in partitions read up to their mark; True when there are more."""
        if not reached:
            return False
        async with context.database.transaction() as tx:
            found = await identity.dirty(tx, reached, DIRTY_MOST)
            if not found:
                return False
            compiled = await self._programs.current(tx)
            ids = [mark.customer_id for mark in found]
            known = await resolve(tx, ids)
            retired = known.survivors.keys() | known.erased
            objecting = await objecting_among(tx, known.groups) - retired
            retired |= objecting
            groups = await members_of(tx, [id for id in ids if id not in retired])
            by_customer = {mark.customer_id: str(mark.cause) if mark.cause else LISTED for mark in found}
            origins = {by_customer[mark.customer_id]: Origin(mark.origin) for mark in found}
            by_customer |= dict.fromkeys(objecting, OBJECTION)
            causes = Causes(origins={**origins, OBJECTION: Origin.REPAIR})
            until = {id: from_datetime(reached[partition_of(id)]) for id in ids}
            await rebuild_customers(tx, compiled, groups, until, by_customer, causes)
            await retire_customers(tx, compiled, {id: until[id] for id in ids if id in retired}, by_customer, causes)
            await identity.clean(tx, ids)
        return len(found) == DIRTY_MOST


async def rebuild_customers(
    tx: Tx, compiled: Compiled, groups: Mapping[UUID, Sequence[UUID]], until: Mapping[UUID, int],
    by_customer: Mapping[UUID, str], causes: Causes,
) -> None:  # fmt: skip
    """Recompute customers from the facts of all that stand for them (each group begins with the customer)."""
    stored = await states.read(tx, groups)
    present = {id: decode(str(id), row.state) for id, row in stored.items()}
    adoption = await adoption_of(tx, compiled, present)
    known = await histories(tx, groups)
    results = []
    for id in groups:
        row = stored.get(id)
        before = present.get(id) or blank(str(id))
        if adoption is not None:
            before = replace(before, word=adoption.emitted_word(compiled.program, id, before))
        history = known[id]
        now = max([before.time, until[id], *(fact.recorded_at for fact in history.facts)])
        outcome = rebuild(compiled.program, str(id), history, now, before, by_customer[id])
        partition = row.partition if row else partition_of(id)
        results.append(Result(id, partition, outcome))
    await store_results(tx, compiled, results, causes)
    wanted = {
        result.customer_id: [compiled.names[name][:2] for name in members(compiled.program, result.outcome.state)]
        for result in results
    }
    await memberships.align(tx, wanted, tx.now)


async def retire_customers(
    tx: Tx, compiled: Compiled, until: Mapping[UUID, int], by_customer: Mapping[UUID, str], causes: Causes
) -> None:
    """Customers who stand for themselves no more (merged into another), or object to profiling, leave everything and
    have no state."""
    stored = await states.read(tx, until)
    present = {id: decode(str(id), row.state) for id, row in stored.items()}
    adoption = await adoption_of(tx, compiled, present)
    changes = []
    for id, state in present.items():
        word = state.word if adoption is None else adoption.emitted_word(compiled.program, id, state)
        held = [compiled.names[name] for name in members(compiled.program, replace(state, word=word))]
        cause = by_customer[id]
        changes += [
            MembershipChange(
                id, segment, version, False, to_datetime(until[id]), cause, str(causes.origin(cause)), True
            )
            for segment, version, shown in sorted(held)
            if shown
        ]
    await memberships.store_changes(tx, changes)
    await states.remove(tx, until)
    emit_changes(tx, changes, causes)
