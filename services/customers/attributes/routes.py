"""Define attributes, change and list their definitions."""

from __future__ import annotations

from fastapi import Response

from services.customers.attributes import service
from services.customers.attributes.schemas import AttributeIn, AttributeOut, AttributePatch
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import Page

router = APIRouter(prefix="/attributes", tags=["attributes"])


@router.get("", dependencies=[requires("customers:read")])
async def list_attributes(tx: TxDep) -> Page[AttributeOut]:
    """Built-in ones and your own."""
    definitions = await service.list_attributes(tx)
    return Page(items=[AttributeOut.of(definitions[name]) for name in sorted(definitions)], next=None)


@router.post("", status_code=201, dependencies=[requires("customers:write")])
async def define(tx: TxDep, caller: CallerDep, body: AttributeIn, response: Response) -> AttributeOut:
    """An attribute of your own. Values that publishers sent before count from now on, where they fit."""
    made = await service.define_attribute(tx, body.definition(), by=caller.id)
    response.headers["Location"] = f"/attributes/{made.name}"
    return AttributeOut.of(made)


@router.get("/{name}", dependencies=[requires("customers:read")])
async def read(tx: TxDep, name: str) -> AttributeOut:
    """One definition."""
    return AttributeOut.of(await service.find_attribute(tx, name))


@router.patch("/{name}", dependencies=[requires("customers:write")])
async def change(tx: TxDep, caller: CallerDep, name: str, body: AttributePatch) -> AttributeOut:
    """Everything but name and type may change; customers that have it are published again."""
    return AttributeOut.of(await service.change_attribute(tx, name, body.changes(), by=caller.id))
