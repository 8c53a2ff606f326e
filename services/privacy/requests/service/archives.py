"""Collect what all services keep about somebody, and hand it out once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from services.privacy.requests import repository
from services.privacy.requests.domain.archive import Parts, archive
from services.privacy.requests.domain.requests import ARCHIVE_KEPT, RESUMABLE, Archive, Kind, RequestState
from services.privacy.requests.errors import NothingToFetch
from services.privacy.requests.service.taking import BY_MACHINE, show_request
from services.privacy.subject_locks import repository as subject_locks
from shared.customers.merges import groups_of
from shared.database.subject_data import Part
from shared.database.transaction import Tx

THIS_SERVICE = "privacy"


async def to_collect(tx: Tx, limit: int) -> list[UUID]:
    """Requests whose archive is to be made: those that were tried last come last."""
    found = await repository.working(tx, [Kind.ACCESS, Kind.PORTABILITY], limit)
    await repository.note_tried(tx, found)
    return found


async def subject_of_request(tx: Tx, request_id: UUID) -> tuple[list[UUID], str]:
    """Every id of the person whom a request is about, and the language of the answer."""
    request = await show_request(tx, request_id)
    return sorted((await groups_of(tx, [request.customer_id]))[request.customer_id].members), request.language


def parts_of(found: Sequence[Part]) -> Parts:
    """What this database keeps, as the other services answer."""
    return {part.name: [json.loads(row) for row in part.rows] for part in found}


async def keep_archive(
    tx: Tx, key: str, request_id: UUID, services: Mapping[str, Parts], page: Callable[[Mapping[str, Parts]], str]
) -> bool:
    """The archive waits to be fetched. False when the request was closed meanwhile, or the person erased: then nothing
    is kept, and the request is answered by that."""
    request = await repository.get(tx, request_id, lock=True)
    if request is None or request.state is not RequestState.WORKING:
        return False
    states = await subject_locks.read(tx, [request.customer_id])
    if any(state.erased for state in states.values()):
        await repository.store(tx, replace(request, state=RequestState.ANSWERED, closed_at=tx.now))
        await repository.add_step(tx, request_id, BY_MACHINE, "nothing-kept", "erased meanwhile")
        return False
    content = archive(services, page)
    made = Archive(request_id, sha256(content).hexdigest(), len(content), tx.now, tx.now + ARCHIVE_KEPT)
    await repository.store_archive(tx, key, made, content)
    await repository.store(tx, replace(request, state=RequestState.READY))
    rows = sum(len(rows) for parts in services.values() for rows in parts.values())
    detail = f"{rows} rows of {', '.join(sorted(services))}; sha256 {made.sha256}"
    await repository.add_step(tx, request_id, BY_MACHINE, "collected", detail)
    return True


async def archive_of(tx: Tx, request_id: UUID) -> Archive:
    """The archive of a request, as far as it may be fetched. Raises RequestNotFound, NothingToFetch."""
    await show_request(tx, request_id)
    found = await repository.archive_of(tx, request_id)
    if found is None or not found.may_be_fetched(tx.now):
        raise NothingToFetch(
            "The archive is not made yet, was fetched, or has expired.",
            cure="Look at the request's steps; take a new request to have it made again.",
        )
    return found


async def fetch(tx: Tx, key: str, request_id: UUID, by: str) -> bytes:
    """The archive is handed out: the request is answered, and within an hour nothing is left to fetch. Raises
    RequestNotFound, NothingToFetch."""
    request = await repository.get(tx, request_id, lock=True)
    found = await archive_of(tx, request_id)
    content = await repository.archive_content(tx, key, request_id)
    if found.fetched_at is None and request is not None:
        await repository.note_fetched(tx, request_id)
        await repository.store(tx, replace(request, state=RequestState.ANSWERED, closed_at=tx.now))
        await repository.add_step(tx, request_id, by, "handed-out", f"sha256 {found.sha256}")
    return content


async def forget_archives(tx: Tx) -> int:
    """Archives that expired, or were fetched more than an hour ago, are gone; returns how many."""
    return await repository.delete_archives(tx, tx.now - RESUMABLE)


async def count_due(tx: Tx, within: timedelta) -> tuple[int, int]:
    """How many requests have missed their deadline, and how many are near it."""
    return await repository.count_due(tx, tx.now + within)
