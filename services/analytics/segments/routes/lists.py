"""Static lists over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.analytics.segments.schemas import ListIn, ListMemberOut, ListMembersIn, ListMembersOut, ListOut
from services.analytics.segments.service import lists
from shared.web import MIB, APIRouter, CallerDep, TxDep, body_limit, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(prefix="/lists", tags=["lists"])
_READ, _WRITE = requires("analytics:read"), requires("analytics:write")


@router.post("", status_code=201, dependencies=[_WRITE])
async def create_list(body: ListIn, tx: TxDep, caller: CallerDep) -> ListOut:
    """Make a list without members."""
    return _out(await lists.get_list(tx, await lists.create_list(tx, body.name, body.description, caller.id)))


@router.get("", dependencies=[_READ])
async def list_lists(tx: TxDep, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Page[ListOut]:
    """Lists in the order in which they were made."""
    rows = await lists.page(tx, id_in(after), limit + 1)
    items = [_out(row) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].id}) if len(rows) > limit else None)


@router.get("/{list_id}", dependencies=[_READ])
async def show_list(list_id: UUID, tx: TxDep) -> ListOut:
    """One list."""
    return _out(await lists.get_list(tx, list_id))


@router.put("/{list_id}", dependencies=[_WRITE])
async def rename_list(list_id: UUID, body: ListIn, tx: TxDep) -> ListOut:
    """Give it another name or description."""
    await lists.rename_list(tx, list_id, body.name, body.description)
    return _out(await lists.get_list(tx, list_id))


@router.delete("/{list_id}", status_code=204, dependencies=[_WRITE])
async def delete_list(list_id: UUID, tx: TxDep) -> None:
    """Delete it. Refused while a segment asks for it."""
    await lists.delete_list(tx, list_id)


@router.post("/{list_id}/members", dependencies=[_WRITE, body_limit(MIB)])
async def add_members(list_id: UUID, body: ListMembersIn, tx: TxDep) -> ListMembersOut:
    """Put customers on it; segments that ask for the list follow within a second or so."""
    return ListMembersOut(changed=await lists.add_members(tx, list_id, body.customer_ids, body.expires_at))


@router.post("/{list_id}/members/remove", dependencies=[_WRITE, body_limit(MIB)])
async def remove_members(list_id: UUID, body: ListMembersIn, tx: TxDep) -> ListMembersOut:
    """Take customers off it."""
    return ListMembersOut(changed=await lists.remove_members(tx, list_id, body.customer_ids))


@router.get("/{list_id}/members", dependencies=[_READ])
async def list_members(
    list_id: UUID, tx: TxDep, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[ListMemberOut]:
    """Its members, in the order of their ids."""
    rows = await lists.members(tx, list_id, id_in(after), limit + 1)
    items = [ListMemberOut(**row) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].customer_id}) if len(rows) > limit else None)


def _out(row: Any) -> ListOut:
    return ListOut(id=row["list_id"], **{name: row[name] for name in ListOut.model_fields if name != "id"})
