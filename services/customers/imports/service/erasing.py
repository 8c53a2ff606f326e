"""Files in which somebody stands who is erased."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.customers.imports.repository import files as repository
from services.customers.profiles.repository import records
from services.customers.profiles.repository.erasing_lock import lock_for_erasure
from shared.database.transaction import Tx


async def end_files_of(tx: Tx, ids: Sequence[UUID]) -> None:
    """The files of imports that have stated something of these customers, under any of their ids, are deleted by the
    next run of the job; of one that is running, when it has ended. Rows that are being taken are waited for."""
    await lock_for_erasure(tx)
    groups = await records.read_groups(tx, ids)
    everybody = {member for group in groups.values() for member in group.ids} | set(ids)
    await repository.erase_files_naming(tx, sorted(everybody))
