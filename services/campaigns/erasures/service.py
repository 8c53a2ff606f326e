"""Erasure by privacy's protocol: erase, look again, give the receipt only when nothing is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.campaigns.erasures import repository
from services.campaigns.messages.service.settling import refuse_waiting
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.customers.stores import Person, Store, count_stores, erase_stores
from shared.customers.tombstones import add_tombstones, erased_for
from shared.customers.traces import Naming, all_numbers
from shared.database.transaction import Tx
from shared.events.letter_erasure import STORE, LettersErased, Moment, erase_letters, letters_naming


async def erase_customer(tx: Tx, naming: Naming, stores: Sequence[Store], event: Envelope[ErasureRequested]) -> None:
    """The customer and their aliases, who are locked, are forgotten; what a sender has in hand follows when it has
    ended."""
    ids = ids_of(event)
    await add_tombstones(tx, event.data.request_id, ids)
    letters = await erase_letters(tx, naming, Moment.of(event), ids, event.data.fingerprints)
    await _erase(tx, stores, event.data.request_id, event.subject, ids, letters, {}, cause=event)


async def finish_erasures(tx: Tx, naming: Naming, stores: Sequence[Store]) -> int:
    """Requests that had to wait for a message in hand are finished; returns how many still wait."""
    waiting = 0
    for request in await repository.open_erasures(tx):
        ids = await erased_for(tx, request.request_id)
        # The letters were emptied with the request; none came since that would not have been empty.
        letters = LettersErased(0, len(await letters_naming(tx, naming, all_numbers(naming, (), ids))))
        done = await _erase(
            tx, stores, request.request_id, request.customer_id, ids, letters, request.stores, cause=None
        )
        waiting += 0 if done else 1
    return waiting


def ids_of(event: Envelope[ErasureRequested]) -> list[UUID]:
    """Every id of the customer that is to be erased."""
    return sorted({event.subject, *event.data.aliases})


async def _erase(
    tx: Tx,
    stores: Sequence[Store],
    request_id: UUID,
    customer_id: UUID,
    ids: Sequence[UUID],
    letters: LettersErased,
    before: Mapping[str, int],
    cause: Envelope[Any] | None,
) -> bool:
    await refuse_waiting(tx, ids, "erased")
    person = Person(ids)
    found = {**await erase_stores(tx, stores, person), STORE: letters.erased}
    erased = {store: rows + before.get(store, 0) for store, rows in found.items()}
    left = {**await count_stores(tx, stores, person), STORE: letters.remaining}
    done = not any(left.values())
    await repository.save(tx, request_id, customer_id, erased, done=done)
    if done:
        receipt = CampaignsErasureDone(request_id=request_id, stores=erased, remaining=left)
        tx.publish(receipt, subject=customer_id, cause=cause)
    return done
