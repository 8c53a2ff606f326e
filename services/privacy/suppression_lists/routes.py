"""Lists of hashed addresses: brought in, taken out, given out. No address travels."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.privacy.identity.service import hashing_of
from services.privacy.suppression_lists import service
from services.privacy.suppression_lists.domain import key_id
from services.privacy.suppression_lists.schemas import (
    AddedOut,
    DeletedOut,
    EntriesIn,
    ExportedOut,
    ExportOut,
    ListOut,
    ListsOut,
)
from shared.web import MIB, APIRouter, CallerDep, ContextDep, TxDep, body_limit, requires
from shared.web.paging import After, Limit, decode_cursor, encode_cursor

router = APIRouter(tags=["suppression"])

ListName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$", description="the list's name", examples=["ihk"])]


@router.get("/suppression-lists", dependencies=[requires("privacy:read")])
async def show_lists(tx: TxDep) -> ListsOut:
    """Lists that were brought in."""
    return ListsOut(
        items=[
            ListOut(name=found.name, entries=found.entries, added_at=found.added_at, added_by=found.added_by)
            for found in await service.show_lists(tx)
        ]
    )


@router.post("/suppression-lists/{name}/entries", dependencies=[requires("privacy:admin"), body_limit(MIB)])
async def add_entries(name: ListName, body: EntriesIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> AddedOut:
    """Bring hashed addresses in: no marketing goes to them from now on; what somebody waits for does."""
    added = await service.add_entries(
        tx,
        hashing_of(context.settings),
        name,
        body.algorithm,
        body.channel,
        body.digests,
        hashed_with=body.key_id,
        added_by=caller.id,
    )
    return AddedOut(added=added)


@router.delete("/suppression-lists/{name}", dependencies=[requires("privacy:admin")])
async def delete_list(name: ListName, tx: TxDep) -> DeletedOut:
    """Take a whole list out again. What stands on our own list stays."""
    return DeletedOut(deleted=await service.delete_list(tx, name))


@router.get("/suppressions/export", dependencies=[requires("privacy:admin")])
async def export(tx: TxDep, context: ContextDep, limit: Limit = 500, after: After = None) -> ExportOut:
    """Our own suppression list, for an installation with the same key."""
    cursor = decode_cursor(after) if after is not None else None
    place = [str(cursor.get(name, "")) for name in ("fingerprint", "channel", "reason")] if cursor else None
    found = await service.export(tx, place, limit + 1)
    shown = found[:limit]
    items = [
        ExportedOut(fingerprint=entry.fingerprint, channel=entry.channel, reason=entry.reason, since=entry.since)
        for entry in shown
    ]
    more = (
        encode_cursor(items[-1].model_dump(include={"fingerprint", "channel", "reason"}))
        if len(found) > limit
        else None
    )
    return ExportOut(key_id=key_id(hashing_of(context.settings).key), items=items, next=more)
