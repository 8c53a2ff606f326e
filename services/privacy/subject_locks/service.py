"""Lock customers under all of their ids, so that permits and what forbids them take turns."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.privacy.identity import repository as identity
from services.privacy.subject_locks import repository
from services.privacy.subject_locks.domain import LockedSubjects
from shared.database.transaction import Tx


async def lock_subjects(tx: Tx, customer_ids: Iterable[UUID], *, shared: bool = False) -> LockedSubjects:
    """Every id of these customers is locked until the commit, with its state as it is after any wait.

    The whole group, so that the numbers of changes under different ids of one customer also grow in commit order. To be
    called once in a transaction, before addresses are locked.
    """
    groups = await identity.groups(tx, customer_ids)
    members = {member for group in groups.values() for member in group.members}
    return LockedSubjects(groups, await repository.lock(tx, members, shared=shared))
