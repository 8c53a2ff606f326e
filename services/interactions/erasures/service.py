"""Erase a customer from every store of this service, look again, and report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from services.interactions.erasures import repository
from services.interactions.erasures.domain import reference_in
from services.interactions.identity.domain import person_of, possible_ids
from services.interactions.identity.service import forget_owned, generations_of, owned_by, owners_of
from services.interactions.imports import repository as imports
from services.interactions.recording.service.erasing import erase_recorded, names_told, remaining_recorded
from services.interactions.visitors import repository as visitors
from shared.contracts.envelope import Envelope
from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import InteractionsErasureDone
from shared.contracts.privacy import ErasureRequested
from shared.customers.identifiers import EXCLUSIVE
from shared.database.transaction import Tx
from shared.ids import new_id

_FIRST = UUID(int=0)


async def erase(tx: Tx, key: str, event: Envelope[ErasureRequested]) -> None:
    """Nothing here leads to this person any more, and privacy has the receipt.

    The caller holds `lock_for_erasure` and has added the tombstones.
    """
    ids = sorted({event.subject, *event.data.aliases})
    names = await _names_of(tx, ids)
    stores = await erase_recorded(tx, ids, new_id())
    stores["identifier_owners"] = await forget_owned(tx, ids)
    stores["import_orders"] = await imports.erase_orders(tx, ids)
    stores["visitors"] = await visitors.erase_visitors(tx, ids)
    letters = await _dead_letters_about(tx, key, set(ids), names)
    await repository.blank_dead_letters(tx, letters)
    remaining = await remaining_recorded(tx, ids)
    remaining["identifier_owners"] = len(await owned_by(tx, ids))
    remaining["import_orders"] = await imports.remaining_orders(tx, ids)
    remaining["visitors"] = await visitors.remaining_visitors(tx, ids)
    remaining["dead_letters"] = len(await _dead_letters_about(tx, key, set(ids), names))
    done = InteractionsErasureDone(
        request_id=event.data.request_id, stores={**stores, "dead_letters": len(letters)}, remaining=remaining
    )
    tx.publish(done, subject=event.subject, cause=event)


async def _names_of(tx: Tx, ids: Sequence[UUID]) -> set[str]:
    """Fingerprints of the identifiers that are this person's: what they own, and what they were called by that nobody
    else owns. Customers may have told by now that all of them are retired."""
    told = await names_told(tx, ids)
    others = {name for name, owner in (await owners_of(tx, told)).items() if owner.customer_id not in ids}
    return {owner.fingerprint for owner in await owned_by(tx, ids)} | told - others


async def _dead_letters_about(tx: Tx, key: str, ids: set[UUID], names: Collection[str]) -> list[UUID]:
    """The dead letters that name one of `ids`, by the record's key, by an id or by any identifier inside."""
    found, after = [], _FIRST
    keys = {str(customer_id).encode() for customer_id in ids}
    while letters := await repository.dead_letters_after(tx, after):
        references = {letter: reference_in(value) for letter, _, value in letters}
        generations = await generations_of(tx, _fingerprints(key, references.values()))
        for letter, record_key, _ in letters:
            reference = references[letter]
            if record_key in keys or (reference is not None and _means(key, reference, generations, ids, names)):
                found.append(letter)
        after = letters[-1][0]
    return found


def _means(
    key: str, reference: CustomerRef, generations: dict[str, int], ids: set[UUID], names: Collection[str]
) -> bool:
    person = person_of(key, reference)
    called = {
        name
        for identifier, name in zip(person.identifiers, person.fingerprints, strict=True)
        # Two people may have one phone.
        if identifier.kind in EXCLUSIVE
    }
    return bool(called & set(names) or possible_ids(key, reference, generations) & ids)


def _fingerprints(key: str, references: Iterable[CustomerRef | None]) -> set[str]:
    people = [person_of(key, reference) for reference in references if reference is not None]
    return {name for person in people for name in (*person.fingerprints, *person.names)}
