"""Make, fill and delete static lists. The customers concerned are recomputed by the owners of their partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.identity import repository as identity
from services.analytics.identity.domain import partition_of
from services.analytics.identity.service import resolve
from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.language import leaves_of, parse
from services.analytics.segments.domain.language.nodes import ListMember
from services.analytics.segments.errors import ListIsKept, ListNotFound, NameTaken, StillReferred
from services.analytics.segments.repository import lists, segments
from services.analytics.segments.service.programs import read_types
from shared.contracts.envelope import Origin
from shared.database.transaction import Tx
from shared.ids import new_id


async def create_list(tx: Tx, name: str, description: str | None, by: str) -> UUID:
    """A list without members. Returns its id."""
    id = new_id()
    await _free(tx, name, id)
    await lists.create(tx, id, name, description, by)
    return id


async def rename_list(tx: Tx, id: UUID, name: str, description: str | None) -> None:
    """Another name or description. Raises ListIsKept."""
    _by_people(id)
    await get_list(tx, id)
    await _free(tx, name, id)
    await lists.rename(tx, id, name, description)


async def get_list(tx: Tx, id: UUID) -> Any:
    """One list. Raises ListNotFound."""
    found = await lists.get(tx, id)
    if found is None:
        raise ListNotFound("No list has this id.", where="path:list_id")
    return found


async def page(tx: Tx, after: UUID | None, limit: int) -> Sequence[Any]:
    """Lists in the order of their making."""
    return await lists.page(tx, after, limit)


async def members(tx: Tx, id: UUID, after: UUID | None, limit: int) -> Sequence[Any]:
    """Members of a list in the order of their ids."""
    await get_list(tx, id)
    return await lists.members(tx, id, after, limit)


async def delete_list(tx: Tx, id: UUID) -> None:
    """The list is gone. Refused while a segment asks for it. Raises ListIsKept."""
    _by_people(id)
    await get_list(tx, id)
    users = {
        str(row["segment_id"])
        for row in await segments.definitions(tx)
        for leaf in leaves_of(parse(row["definition"], Catalogue(attributes=read_types(row["types"]))))
        if isinstance(leaf, ListMember) and leaf.id == str(id)
    }
    if users:
        raise StillReferred("Segments ask for this list.", cure="Change or archive them first.", segments=sorted(users))
    await lists.delete(tx, id)


async def add_members(tx: Tx, id: UUID, customer_ids: Sequence[UUID], expires_at: datetime | None) -> int:
    """These customers are on the list, until `expires_at` if it is given. Returns for how many that is new.
    Raises ListIsKept."""
    _by_people(id)
    await get_list(tx, id)
    changed = await lists.add(tx, id, customer_ids, expires_at)
    await _recompute(tx, changed)
    return len(changed)


async def remove_members(tx: Tx, id: UUID, customer_ids: Sequence[UUID]) -> int:
    """These customers are not on the list. Returns how many were. Raises ListIsKept."""
    _by_people(id)
    await get_list(tx, id)
    changed = await lists.remove(tx, id, customer_ids)
    await _recompute(tx, changed)
    return len(changed)


async def follow_complaints(tx: Tx, complaints: Mapping[UUID, tuple[UUID, bool, int]]) -> None:
    """Whoever has an open complaint is on the list of those, and nobody else. `complaints` are (customer, open,
    version) by case; one older than what is known changes nothing."""
    rows = [(case, customer, active, version) for case, (customer, active, version) in complaints.items()]
    await lists.save_complaints(tx, rows)
    await lists.keep_open_complaint(tx)
    customers = {customer for customer, _, _ in complaints.values()}
    complaining = await lists.complaining_among(tx, customers)
    changed = await lists.add(tx, lists.OPEN_COMPLAINT, sorted(complaining), None)
    changed += await lists.remove(tx, lists.OPEN_COMPLAINT, sorted(customers - complaining))
    await _recompute(tx, changed)


def _by_people(id: UUID) -> None:
    if id == lists.OPEN_COMPLAINT:
        raise ListIsKept(
            "This list says who has an open complaint: service cases keep it.",
            cure="Open or solve a case, or make a list of your own.",
            where="path:list_id",
        )


async def _recompute(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    survivors = (await resolve(tx, customer_ids)).survivors
    concerned = {survivors.get(id, id) for id in customer_ids}
    await identity.mark_dirty(tx, {id: partition_of(id) for id in concerned}, tx.now, Origin.LIVE)


async def _free(tx: Tx, name: str, id: UUID) -> None:
    if await lists.name_taken(tx, name, id):
        raise NameTaken(f"Another list is called {name!r}.", cure="Choose another name.", where="/name")
