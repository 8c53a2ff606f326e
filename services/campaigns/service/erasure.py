"""Erasure by privacy's protocol: erase, look again, give the receipt only when nothing is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.domain.ledger import MessageState, Settled
from services.campaigns.repository import erasure, groups
from services.campaigns.service.settling import say_settled
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.database.transaction import Tx


async def erase_customers(tx: Tx, events: Iterable[Envelope[Any]]) -> None:
    """Each request's customer and aliases are forgotten; what a sender has in hand follows when it has ended."""
    for event in events:
        if isinstance(event.data, ErasureRequested):
            ids = sorted({event.subject, *event.data.aliases})
            await groups.lock_customers(tx, ids)
            await erasure.bury(tx, event.data.request_id, ids)
            await _erase(tx, event.data.request_id, event.subject, ids, {}, cause=event)


async def finish_erasures(tx: Tx) -> int:
    """Requests that had to wait for a message in hand are finished; returns how many still wait."""
    waiting = 0
    for request in await erasure.open_erasures(tx):
        ids = await erasure.ids_of(tx, request.request_id)
        done = await _erase(tx, request.request_id, request.customer_id, ids, request.stores, cause=None)
        waiting += 0 if done else 1
    return waiting


async def _erase(
    tx: Tx, request_id: UUID, customer_id: UUID, ids: list[UUID], before: dict[str, int], cause: Envelope[Any] | None
) -> bool:
    for message in await erasure.refuse_waiting(tx, ids):
        say_settled(tx, Settled(message, MessageState.REFUSED, "erased"))
    # Random, not derived and not of this time: nothing leads from the new id to the person.
    now_gone = await erasure.erase(tx, ids, [uuid4() for _ in ids])
    stores = {name: count + before.get(name, 0) for name, count in now_gone.items()}
    left = await erasure.remaining(tx, ids)
    done = not any(left.values())
    await erasure.keep_open(tx, request_id, customer_id, stores, done=done)
    if done:
        receipt = CampaignsErasureDone(request_id=request_id, stores=stores, remaining=left)
        tx.publish(receipt, subject=customer_id, cause=cause)
    return done
