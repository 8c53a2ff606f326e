"""Erase a customer from every store of this service, look again, and report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.interactions.identity.service import owned_by, owners_of
from services.interactions.imports.repository import IMPORTS
from services.interactions.recording.service.naming import names_told, names_told_about_others
from shared.contracts.customers import IdentifierRetired
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import InteractionsErasureDone
from shared.contracts.privacy import ErasureRequested
from shared.customers.stores import Person, Store, forget
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.events.letter_erasure import Moment, erase_letters


async def erase(tx: Tx, naming: Naming, stores: Sequence[Store], event: Envelope[ErasureRequested]) -> None:
    """Nothing here leads to this person any more, and privacy has the receipt.

    The caller holds `lock_for_erasure` and has added the tombstones.
    """
    ids = sorted({event.subject, *event.data.aliases})
    names = await _names_of(tx, ids, event.data.fingerprints)
    # While it is known whose rows lie in which file.
    await IMPORTS.erase_files(tx, ids)
    found = await forget(tx, stores, Person(ids), naming, Moment.of(event), names)
    tx.publish(
        InteractionsErasureDone(request_id=event.data.request_id, stores=found.erased, remaining=found.remaining),
        subject=event.subject,
        cause=event,
    )


async def erase_retired(tx: Tx, naming: Naming, event: Envelope[IdentifierRetired]) -> None:
    """No letter names an identifier whose holder was erased, nor will one that is about what was received before."""
    if event.data.erased:
        await erase_letters(tx, naming, Moment.of(event), [event.subject], [event.data.fingerprint])


async def _names_of(tx: Tx, ids: Sequence[UUID], known: Iterable[str]) -> set[str]:
    """Fingerprints of the identifiers that are this person's: what they own, and what privacy knows or they were
    called by and nobody else owns or was called by (two people may have one phone). Customers may have told by now that
    all of them are retired."""
    told = await names_told(tx, ids) | set(known)
    others = {name for name, owner in (await owners_of(tx, told)).items() if owner.customer_id not in ids}
    others |= await names_told_about_others(tx, told, ids)
    return {owner.fingerprint for owner in await owned_by(tx, ids)} | told - others
