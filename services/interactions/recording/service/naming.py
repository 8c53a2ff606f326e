"""By which names publishers have told of customers: letters about them are found by these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.interactions.recording import repository
from services.interactions.recording.domain.digests import name_in, slots_of
from shared.database.transaction import Tx


async def names_told(tx: Tx, ids: Sequence[UUID]) -> set[str]:
    """Fingerprints of the identifiers by which publishers have named these customers."""
    told = await repository.known_observations(tx, ids)
    names = {name_in(slot) for slots in told.values() for slot in slots}
    return {name for name in names if name is not None}


async def names_told_about_others(tx: Tx, names: Iterable[str], ids: Sequence[UUID]) -> set[str]:
    """Those of `names` by which publishers have named somebody who is none of `ids`."""
    slots = {slot: name for name in names for slot in slots_of(name)}
    return {slots[slot] for slot in await repository.told_about_others(tx, slots, ids)}
