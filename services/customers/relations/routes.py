"""Who belongs to whom: say it, change it, take it back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.customers.relations import service
from services.customers.relations.schemas import RelationIn, RelationKindOut, RelationOut, RelationPatch
from shared.contracts.times import Day
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(tags=["relations"])


@router.get("/relation-kinds", dependencies=[requires("customers:read")])
async def list_kinds() -> list[RelationKindOut]:
    """Every kind, how the other end sees it, and who may stand where."""
    return RelationKindOut.every()


@router.get("/customers/{customer_id}/relations", dependencies=[requires("customers:read")])
async def list_relations(
    tx: TxDep,
    customer_id: UUID,
    on: Annotated[Day | None, Query(description="only those that held on this day")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RelationOut]:
    """Whom the customer belongs to, as they see it, whoever of the two was named first."""
    found = await service.list_relations(tx, customer_id, on, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].relation_id}) if len(found) > limit else None
    return Page(items=[RelationOut.of(relation) for relation in found[:limit]], next=cursor)


@router.post("/customers/{customer_id}/relations", status_code=201, dependencies=[requires("customers:write")])
async def relate(tx: TxDep, caller: CallerDep, customer_id: UUID, body: RelationIn, response: Response) -> RelationOut:
    """The two are related from here on; both ends see it. 409 names the relation that there is already."""
    relation = await service.relate(tx, customer_id, body.statement(), by=caller.id)
    response.headers["Location"] = f"/relations/{relation.relation_id}"
    return RelationOut.of(relation)


@router.get("/relations/{relation_id}", dependencies=[requires("customers:read")])
async def read(tx: TxDep, relation_id: UUID) -> RelationOut:
    """One relation, from the end under which it is kept."""
    return RelationOut.of(await service.find_relation(tx, relation_id))


@router.patch("/relations/{relation_id}", dependencies=[requires("customers:write")])
async def change(tx: TxDep, relation_id: UUID, body: RelationPatch) -> RelationOut:
    """Other days, another note. What has ended keeps its days: that is how it was."""
    period, note = body.changed(await service.find_relation(tx, relation_id))
    return RelationOut.of(await service.change_relation(tx, relation_id, period, note))


@router.delete("/relations/{relation_id}", status_code=204, dependencies=[requires("customers:write")])
async def forget(tx: TxDep, relation_id: UUID) -> None:
    """It was never so. What has ended gets `until` instead."""
    await service.forget_relation(tx, relation_id)
