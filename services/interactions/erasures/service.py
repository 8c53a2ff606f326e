"""Erase a customer from every store of this service, look again, and report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.interactions.carts import repository as carts
from services.interactions.cases import repository as cases
from services.interactions.identity.service import forget_merges, forget_owned, merges_of, owned_by, owners_of
from services.interactions.imports import repository as imports
from services.interactions.recording.service.erasing import (
    erase_recorded,
    names_told,
    names_told_about_others,
    remaining_recorded,
)
from services.interactions.visitors import repository as visitors
from shared.contracts.customers import IdentifierRetired
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import InteractionsErasureDone
from shared.contracts.privacy import ErasureRequested
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.events.letter_erasure import STORE, Moment, erase_letters
from shared.ids import new_id


async def erase(tx: Tx, naming: Naming, event: Envelope[ErasureRequested]) -> None:
    """Nothing here leads to this person any more, and privacy has the receipt.

    The caller holds `lock_for_erasure` and has added the tombstones.
    """
    ids = sorted({event.subject, *event.data.aliases})
    names = await _names_of(tx, ids, event.data.fingerprints)
    stores = await erase_recorded(tx, ids, new_id())
    stores["identifier_owners"] = await forget_owned(tx, ids)
    stores["merges"] = await forget_merges(tx, ids)
    stores["import_orders"] = await imports.erase_orders(tx, ids)
    stores |= await cases.erase_cases(tx, ids)
    stores["carts"] = await carts.erase_carts(tx, ids)
    stores["visitors"] = await visitors.erase_visitors(tx, ids)
    letters = await erase_letters(tx, naming, Moment.of(event), ids, names)
    stores[STORE] = letters.erased
    remaining = await remaining_recorded(tx, ids)
    remaining["identifier_owners"] = len(await owned_by(tx, ids))
    remaining["merges"] = await merges_of(tx, ids)
    remaining["import_orders"] = await imports.remaining_orders(tx, ids)
    remaining |= await cases.remaining_cases(tx, ids)
    remaining["carts"] = await carts.remaining_carts(tx, ids)
    remaining["visitors"] = await visitors.remaining_visitors(tx, ids)
    remaining[STORE] = letters.remaining
    done = InteractionsErasureDone(request_id=event.data.request_id, stores=stores, remaining=remaining)
    tx.publish(done, subject=event.subject, cause=event)


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
