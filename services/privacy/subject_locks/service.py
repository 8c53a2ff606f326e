"""Lock customers under all of their ids, and addresses, so that permits and what forbids them take turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from services.privacy.subject_locks import repository
from services.privacy.subject_locks.domain import LockedSubjects
from services.privacy.subject_locks.errors import StillMerging
from shared.customers.merges import groups_of
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch

_CONCERNED = "subject_locks.concerned"
# A merge that commits between the look and the lock makes one more turn. Nobody is merged five times in the meantime.
_TURNS = 5


async def lock_subjects(
    tx: Tx, customer_ids: Iterable[UUID], *, addresses: Iterable[UUID] = (), shared: bool = False
) -> LockedSubjects:
    """Every id of these customers, and these addresses, are locked until the commit, with their state as it is after
    any wait.

    The whole group, so that the numbers of changes under different ids of one customer also grow in commit order. A
    merge locks both sides before it is stored; so once the groups are the same after the locks as before them, they
    stay so until the commit. To be called once in a transaction, before suppressed addresses are locked. Raises
    StillMerging.
    """
    asked = set(customer_ids)
    fixed = asked | set(addresses)
    groups = await groups_of(tx, asked)
    for _ in range(_TURNS):
        members = {member for group in groups.values() for member in group.members}
        states = await repository.lock(tx, members | fixed, shared=shared)
        found = await groups_of(tx, asked)
        if found == groups:
            return LockedSubjects(groups, states)
        groups = found
    raise StillMerging("This customer is being merged again and again.", cure="Try again.", retry_after=1)


async def regroup(tx: Tx, locked: LockedSubjects) -> LockedSubjects:
    """The same locked rows, with the groups as they are now: after this transaction's own merges, whose both sides
    were locked before."""
    return LockedSubjects(await groups_of(tx, locked.groups), locked.states)


@dataclass(slots=True)
class Concerned:
    """Whom a batch of events concerns: named by the capabilities' handlers first, then locked, once for all."""

    customers: set[UUID] = field(default_factory=set)
    addresses: set[UUID] = field(default_factory=set)
    locked: LockedSubjects = field(default_factory=lambda: LockedSubjects({}, {}))


def concerned_by(batch: EventBatch) -> Concerned:
    """Whom this batch concerns, as far as that is known by now."""
    found: Concerned = batch.resolved.setdefault(_CONCERNED, Concerned())
    return found
