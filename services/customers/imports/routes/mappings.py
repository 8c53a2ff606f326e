"""Mappings that are kept for the next file of the same kind."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.customers.imports.schemas.mappings import MappingIn, SavedOut
from services.customers.imports.service import saved as service
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, text_in

router = APIRouter(prefix="/import-mappings", tags=["imports"], dependencies=[requires("customers:import")])
Named = Annotated[
    str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f/]+$", description="as its owner calls it")
]


@router.get("")
async def list_mappings(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[SavedOut]:
    """Every mapping that was kept, by name. That of the last import of a file with the same headings is offered
    without being asked for: it is the `guessed_mapping` of the next one."""
    found = await service.list_named(tx, text_in(after, "name"), limit + 1)
    cursor = encode_cursor({"name": found[limit - 1].name}) if len(found) > limit else None
    return Page(items=[SavedOut.of(kept) for kept in found[:limit]], next=cursor)


@router.put("/{name}")
async def keep(tx: TxDep, caller: CallerDep, name: Named, body: MappingIn) -> SavedOut:
    """Keep what columns mean under a name, in place of the one before."""
    return SavedOut.of(await service.keep_named(tx, name, body.mapping(), by=caller.id))


@router.get("/{name}")
async def read(tx: TxDep, name: Named) -> SavedOut:
    """One mapping, to be sent for an import."""
    return SavedOut.of(await service.find_named(tx, name))


@router.delete("/{name}", status_code=204)
async def forget(tx: TxDep, name: Named) -> None:
    """Keep it no longer. Imports that were made by it stay as they are."""
    await service.forget_named(tx, name)
