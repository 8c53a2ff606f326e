"""Erasure by privacy's protocol: erase, look again, give the receipt only when nothing is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.contacts.repository.stores import Store
from services.campaigns.erasures import repository
from services.campaigns.messages.service.settling import refuse_waiting
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.customers.tombstones import add_tombstones, erased_for
from shared.database.transaction import Tx


async def erase_customer(tx: Tx, stores: Sequence[Store], event: Envelope[ErasureRequested]) -> None:
    """The customer and their aliases, who are locked, are forgotten; what a sender has in hand follows when it has
    ended."""
    ids = ids_of(event)
    await add_tombstones(tx, event.data.request_id, ids)
    await _erase(tx, stores, event.data.request_id, event.subject, ids, {}, cause=event)


async def finish_erasures(tx: Tx, stores: Sequence[Store]) -> int:
    """Requests that had to wait for a message in hand are finished; returns how many still wait."""
    waiting = 0
    for request in await repository.open_erasures(tx):
        ids = await erased_for(tx, request.request_id)
        done = await _erase(tx, stores, request.request_id, request.customer_id, ids, request.stores, cause=None)
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
    before: Mapping[str, int],
    cause: Envelope[Any] | None,
) -> bool:
    await refuse_waiting(tx, ids, "erased")
    # Random, not derived and not of this time: nothing leads from the new id to the person.
    fresh = [uuid4() for _ in ids]
    erased = {store.name: await store.erase(tx, ids, fresh) + before.get(store.name, 0) for store in stores}
    left = {store.name: await store.remaining(tx, ids) for store in stores}
    done = not any(left.values())
    await repository.save(tx, request_id, customer_id, erased, done=done)
    if done:
        receipt = CampaignsErasureDone(request_id=request_id, stores=erased, remaining=left)
        tx.publish(receipt, subject=customer_id, cause=cause)
    return done
