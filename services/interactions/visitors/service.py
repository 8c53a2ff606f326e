"""Meet the visitors of a batch, and settle whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.interactions.identity.service import alias_group
from services.interactions.visitors import repository
from services.interactions.visitors.domain import Visit, Visitor
from shared.database.transaction import Tx


async def meet_visitors(tx: Tx, visits: Sequence[Visit]) -> dict[UUID, Visitor]:
    """These visitors as they are known, locked until the transaction ends: what is recorded of one and the claim of
    that one must not miss each other."""
    return await repository.meet(tx, visits)


async def settle_claims(tx: Tx, met: dict[UUID, Visitor], said: Sequence[tuple[UUID, UUID]]) -> dict[Visitor, UUID]:
    """Each (visitor, customer) that was said holds when it is the first of its visitor; a second customer makes the
    visitor shared: two accounts are never joined by a browser. Returns the visitors that were claimed just now."""
    owners: dict[UUID, UUID] = {}
    shared: set[UUID] = set()
    for visitor_id, customer_id in said:
        owner = met[visitor_id].customer_id or owners.setdefault(visitor_id, customer_id)
        if owner != customer_id and customer_id not in await alias_group(tx, owner):
            shared.add(visitor_id)
    if owners:
        await repository.claim(tx, owners)
    if shared:
        await repository.mark_shared(tx, shared)
    return {met[visitor_id]: customer_id for visitor_id, customer_id in owners.items()}
