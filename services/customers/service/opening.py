"""Customers that events name: those known are locked, those unknown are opened, the erased ones stay away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.customers.domain.customer import Group, Kind, Record
from services.customers.repository import records
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Opening:
    """How to open a customer that nobody knows yet."""

    kind: Kind = "person"
    source: str | None = None


async def open_or_lock(tx: Tx, wanted: Mapping[UUID, Opening]) -> tuple[dict[UUID, Group], set[UUID]]:
    """The locked group of each id, and which ids were opened by this. Erased ids have no group."""
    groups = await records.lock_groups(tx, list(wanted))
    unknown = [customer_id for customer_id in wanted if customer_id not in groups]
    if not unknown:
        return groups, set()
    erased = await records.tombstoned(tx, unknown)
    opened = await records.open_records(tx, [_record(tx, one, wanted[one]) for one in unknown if one not in erased])
    # An erasure of the same person may have ended while the insert waited for it.
    late = await records.tombstoned(tx, list(opened)) if opened else set()
    if late:
        await records.discard_records(tx, list(late))
    fresh = await records.lock_groups(tx, [one for one in unknown if one not in erased | late])
    return {**groups, **fresh}, opened - late


def _record(tx: Tx, customer_id: UUID, opening: Opening) -> Record:
    return Record(
        customer_id=customer_id,
        kind=opening.kind,
        source=opening.source,
        created_at=tx.now,
        changed_at=tx.now,
        current_id=customer_id,
    )
