"""Lock whom a batch of events concerns, once and before anything of it is stored.

Otherwise a batch that handles one event after the other could wait for a permit that waits for it.
"""

from __future__ import annotations

from services.privacy.identity.domain import OWNED_KINDS, subject_of
from services.privacy.subject_locks.service import concerned_by, lock_subjects, regroup
from shared.contracts.customers import CustomersMerged, IdentifierOwned, MergeUndone
from shared.events.handlers import EventBatch, EventHandler, Phase


async def name_merged(batch: EventBatch) -> None:
    """Both sides of a merge, so that no permit is given for one while the other's refusals come to hold for it."""
    for event in batch.events:
        concerned_by(batch).customers.update((event.data.survivor, event.data.absorbed))


async def name_owned(batch: EventBatch) -> None:
    """An address that gets an owner, so that a grant recorded at the same moment is told about by one of both."""
    concerned_by(batch).addresses.update(
        subject_of(event.data.fingerprint) for event in batch.events if event.data.kind in OWNED_KINDS
    )


async def take_locks(batch: EventBatch) -> None:
    """Everybody whom a handler named."""
    concerned = concerned_by(batch)
    if concerned.customers or concerned.addresses:
        concerned.locked = await lock_subjects(batch.tx, concerned.customers, addresses=concerned.addresses)


async def follow_merges(batch: EventBatch) -> None:
    """The groups are those that the batch's own merges leave."""
    concerned = concerned_by(batch)
    concerned.locked = await regroup(batch.tx, concerned.locked)


HANDLERS = [
    EventHandler("privacy", Phase.SUBJECTS, [CustomersMerged, MergeUndone], name_merged),
    EventHandler("privacy", Phase.SUBJECTS, [IdentifierOwned], name_owned),
    EventHandler("privacy", Phase.LOCKS, (), take_locks),
    EventHandler("privacy", Phase.COPIES, [CustomersMerged, MergeUndone], follow_merges),
]
