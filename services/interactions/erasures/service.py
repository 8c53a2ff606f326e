"""Erase a customer from every store of this service, look again, and report."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.interactions.erasures import repository
from services.interactions.erasures.domain import reference_in
from services.interactions.identity.domain import person_of, possible_ids
from services.interactions.identity.service import generations_of
from services.interactions.recording.service.erasing import erase_recorded, remaining_recorded
from shared.contracts.envelope import Envelope
from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import InteractionsErasureDone
from shared.contracts.privacy import ErasureRequested
from shared.database.transaction import Tx
from shared.ids import new_id

_FIRST = UUID(int=0)


async def erase(tx: Tx, key: str, event: Envelope[ErasureRequested]) -> None:
    """Nothing here leads to this person any more, and privacy has the receipt.

    The caller holds `lock_for_erasure` and has added the tombstones.
    """
    ids = sorted({event.subject, *event.data.aliases})
    stores = await erase_recorded(tx, ids, new_id())
    letters = await _dead_letters_about(tx, key, set(ids))
    await repository.blank_dead_letters(tx, letters)
    remaining = await remaining_recorded(tx, ids)
    remaining["dead_letters"] = len(await _dead_letters_about(tx, key, set(ids)))
    done = InteractionsErasureDone(
        request_id=event.data.request_id, stores={**stores, "dead_letters": len(letters)}, remaining=remaining
    )
    tx.publish(done, subject=event.subject, cause=event)


async def _dead_letters_about(tx: Tx, key: str, ids: set[UUID]) -> list[UUID]:
    """The dead letters that name one of `ids`, by the record's key or by any identifier inside."""
    found, after = [], _FIRST
    keys = {str(customer_id).encode() for customer_id in ids}
    while letters := await repository.dead_letters_after(tx, after):
        references = {letter: reference_in(value) for letter, _, value in letters}
        generations = await generations_of(tx, _fingerprints(key, references.values()))
        for letter, record_key, _ in letters:
            reference = references[letter]
            if record_key in keys or (reference is not None and possible_ids(key, reference, generations) & ids):
                found.append(letter)
        after = letters[-1][0]
    return found


def _fingerprints(key: str, references: Iterable[CustomerRef | None]) -> set[str]:
    people = [person_of(key, reference) for reference in references if reference is not None]
    return {fingerprint for person in people for fingerprint in person.fingerprints}
