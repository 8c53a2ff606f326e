"""Customers that events name: those known are locked, those unknown are opened, the erased ones stay away."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from uuid import UUID

from services.customers.attributes.domain.definitions import Kind
from services.customers.profiles.domain.customer import Group, Record
from services.customers.profiles.repository import records
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """How to open a customer that nobody knows yet."""

    kind: Kind = "person"
    source: str | None = None


async def open_or_lock(tx: Tx, wanted: Mapping[UUID, NewCustomer]) -> tuple[dict[UUID, Group], set[UUID]]:
    """The locked group of each id, and which ids were opened by this. Erased ids have no group."""
    groups = await records.lock_groups(tx, list(wanted))
    unknown = [customer_id for customer_id in wanted if customer_id not in groups]
    if not unknown:
        return groups, set()
    erased = await erased_among(tx, unknown)
    empty = [
        empty_record(tx, customer_id, wanted[customer_id].kind, wanted[customer_id].source)
        for customer_id in unknown
        if customer_id not in erased
    ]
    opened = await records.open_records(tx, empty)
    late = await discard_erased(tx, opened)
    fresh = await records.lock_groups(tx, [customer_id for customer_id in unknown if customer_id not in erased | late])
    return {**groups, **fresh}, opened - late


async def discard_erased(tx: Tx, opened: Set[UUID]) -> set[UUID]:
    """Whose erasure ended while this transaction waited to open them: they are closed again."""
    late = await erased_among(tx, list(opened)) if opened else set()
    if late:
        await records.discard_records(tx, list(late))
    return late


def empty_record(tx: Tx, customer_id: UUID, kind: Kind = "person", source: str | None = None) -> Record:
    """A record of which nothing is stated yet."""
    return Record(
        customer_id=customer_id,
        kind=kind,
        source=source,
        created_at=tx.now,
        changed_at=tx.now,
        current_id=customer_id,
    )
