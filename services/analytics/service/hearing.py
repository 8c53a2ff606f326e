"""What a batch of events does: facts and profiles stored, customers advanced, merges and erasures carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.domain.engine import Change
from services.analytics.domain.instants import from_datetime
from services.analytics.repository import facts, people
from services.analytics.service.advancing import Advancer, Job
from services.analytics.service.attributes import types_of
from services.analytics.service.changes import consent_change, engine_fact, profile_changes, profile_of
from services.analytics.service.intake import FACTS, Fact, facts_of
from services.analytics.service.partitions import partition_of
from services.analytics.service.programs import Programs
from services.analytics.service.saying import Said
from shared.contracts.analytics import AnalyticsErasureDone
from shared.contracts.customers import CustomersMerged, MergeUndone, ProfileChanged
from shared.contracts.envelope import Envelope, Origin
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.database.transaction import Tx

HEARD = (*FACTS, ProfileChanged, ConsentChanged, CustomersMerged, MergeUndone, ErasureRequested)
_APART = (CustomersMerged, MergeUndone, ErasureRequested)


class Hearing:
    """The use cases of the event door."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs
        self.advancer = Advancer()
        self._types: dict[str, str] = {}

    async def hear(self, tx: Tx, events: Sequence[Envelope[Any]]) -> None:
        """Every event has had its effect on facts, states and memberships, in order."""
        ordinary: list[Envelope[Any]] = []
        for event in events:
            if isinstance(event.data, _APART):
                await self._ordinary(tx, ordinary)
                ordinary = []
                await self._apart(tx, event)
            else:
                ordinary.append(event)
        await self._ordinary(tx, ordinary)

    async def _ordinary(self, tx: Tx, events: Sequence[Envelope[Any]]) -> None:
        if not events:
            return
        compiled = await self.programs.current(tx)
        survivors, erased = await people.standing(tx, {event.subject for event in events})
        batch = _Batch()
        for event in events:
            if event.subject in erased:
                continue
            batch.add(event, survivors.get(event.subject))
        # Advanced first: what a state needs from the facts must not hold this batch's own.
        said = Said({str(event.id): event for event in events})
        await self.advancer.run(tx, compiled, batch.jobs, said)
        await facts.add_facts(tx, batch.facts)
        await facts.put_profiles(tx, [*batch.profiles.values()])
        await facts.put_consents(tx, [*batch.consents.values()])
        await self._learn(tx, batch)
        for event in batch.for_survivors:
            survivor = survivors[event.subject]
            await people.mark_dirty(tx, {survivor: partition_of(survivor)}, event.recorded_at, event.origin, event.id)

    async def _learn(self, tx: Tx, batch: _Batch) -> None:
        """Attributes seen for the first time join the vocabulary of segments."""
        seen = types_of(attributes for _, attributes, _, _ in batch.profiles.values())
        fresh = {name: kind for name, kind in seen.items() if self._types.get(name) != kind}
        if fresh:
            await facts.learn_attributes(tx, fresh)
            self._types.update(fresh)

    async def _apart(self, tx: Tx, event: Envelope[Any]) -> None:
        data = event.data
        if isinstance(data, ErasureRequested):
            await self._erase(tx, event)
            return
        if isinstance(data, CustomersMerged):
            await people.merge(tx, data.survivor, data.absorbed, data.merge_id)
        else:
            await people.undo_merge(tx, data.absorbed, data.merge_id)
        both = {one: partition_of(one) for one in (data.survivor, data.absorbed)}
        await people.mark_dirty(tx, both, event.recorded_at, Origin.MERGE, event.id)

    async def _erase(self, tx: Tx, event: Envelope[ErasureRequested]) -> None:
        """Nothing of the customer is left here, nothing comes back, and privacy has the receipt."""
        named = [event.subject, *event.data.aliases]
        everybody = sorted({one for group in (await people.groups(tx, named)).values() for one in group})
        await people.bury(tx, everybody, event.data.request_id)
        gone, left = await people.erase(tx, everybody)
        tx.publish(
            AnalyticsErasureDone(request_id=event.data.request_id, stores=gone, remaining=left),
            subject=event.subject,
            cause=event,
        )


class _Batch:
    """Ordinary events, sorted into what each table and each customer gets."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.profiles: dict[UUID, tuple[UUID, dict[str, Any], int, datetime]] = {}
        self.consents: dict[tuple[UUID, str, str], tuple[UUID, str, str, str, datetime | None, int, datetime]] = {}
        self.jobs: dict[UUID, Job] = {}
        self.for_survivors: list[Envelope[Any]] = []

    def add(self, event: Envelope[Any], survivor: UUID | None) -> None:
        """Sort one event in. An absorbed customer's event is kept as a fact, and its survivor recomputed."""
        data = event.data
        inputs: list[Change]
        if isinstance(data, ProfileChanged):
            profile = profile_of(event)
            self.profiles[event.subject] = (event.subject, profile, event.version, event.recorded_at)
            inputs = profile_changes(event, profile)
        elif isinstance(data, ConsentChanged):
            key = (event.subject, data.channel, data.purpose)
            self.consents[key] = (*key, data.state, data.expires_at, event.version, event.recorded_at)
            inputs = [consent_change(event)]
        else:
            rows = facts_of(event)
            self.facts += rows
            inputs = [engine_fact(row) for row in rows]
        if survivor is not None:
            self.for_survivors.append(event)
            return
        at = from_datetime(event.recorded_at)
        job = self.jobs.get(event.subject)
        if job is None:
            job = self.jobs[event.subject] = Job(at)
        job.until = max(job.until, at)
        job.inputs += inputs
