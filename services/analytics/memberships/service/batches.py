"""Advance the customers of a batch of events: each once, with all of its events."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.analytics.facts.service import Copies, copies_of, objecting_among
from services.analytics.identity import repository as identity
from services.analytics.identity.domain import partition_of
from services.analytics.identity.service import identities_of
from services.analytics.memberships.domain import consent_change, engine_fact, profile_changes
from services.analytics.memberships.service.advancing import Job, Loaded, advance_loaded, load
from services.analytics.memberships.service.emission import Causes
from services.analytics.segments.domain.engine import Change
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.service.programs import Compiled, Programs
from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ConsentChanged
from shared.events.handlers import EventBatch


@dataclass(slots=True)
class LoadedBatch:
    """The customers of a batch, locked, and the events of absorbed customers with the survivor of each."""

    compiled: Compiled
    jobs: dict[UUID, Job]
    loaded: Loaded
    of_absorbed: list[tuple[Envelope[Any], UUID]]


async def load_batch(batch: EventBatch, programs: Programs) -> LoadedBatch:
    """What the engine needs for the batch, read and locked; done once."""
    found: LoadedBatch | None = batch.resolved.get("memberships.loaded")
    if found is None:
        compiled = await programs.current(batch.tx)
        identities = await identities_of(batch)
        objecting = await objecting_among(batch.tx, identities.groups)
        jobs, of_absorbed = jobs_of(await copies_of(batch), identities.survivors, objecting)
        found = LoadedBatch(compiled, jobs, await load(batch.tx, compiled, jobs), of_absorbed)
        batch.resolved["memberships.loaded"] = found
    return found


async def advance_batch(batch: EventBatch, programs: Programs) -> None:
    """Every customer of the batch is advanced; survivors of absorbed ones are to be recomputed."""
    loaded = await load_batch(batch, programs)
    causes = Causes({str(event.id): event for event in batch.events})
    await advance_loaded(batch.tx, loaded.compiled, loaded.jobs, loaded.loaded, causes)
    for event, survivor in loaded.of_absorbed:
        partitions = {survivor: partition_of(survivor)}
        await identity.mark_dirty(batch.tx, partitions, event.recorded_at, event.origin, event.id)


def jobs_of(
    copies: Copies, survivors: dict[UUID, UUID], objecting: Set[UUID] = frozenset()
) -> tuple[dict[UUID, Job], list[tuple[Envelope[Any], UUID]]]:
    """What to do with each customer, and the events of absorbed customers: kept as facts, their survivor recomputed.
    Of who objects to profiling the facts are kept, and nothing is worked out."""
    jobs: dict[UUID, Job] = {}
    of_absorbed: list[tuple[Envelope[Any], UUID]] = []
    for event, made in copies.events:
        if event.subject in survivors:
            of_absorbed.append((event, survivors[event.subject]))
            continue
        if event.subject in objecting:
            continue
        at = from_datetime(event.recorded_at)
        job = jobs.get(event.subject)
        if job is None:
            job = jobs[event.subject] = Job(at)
        job.until = max(job.until, at)
        job.inputs += _inputs_of(event, made)
    return jobs, of_absorbed


def _inputs_of(event: Envelope[Any], made: Any) -> list[Change]:
    kind = type(event.data)
    if kind is ProfileChanged:
        return profile_changes(event, made)
    if kind is ConsentChanged:
        return [consent_change(event)]
    return [engine_fact(row) for row in made]
