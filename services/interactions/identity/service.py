"""What is known about who is who: take over merges, retirements and tombstones, and resolve references by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.interactions.identity import repository
from services.interactions.identity.domain import Person, Resolved, customer_of
from shared.contracts.customers import CustomersMerged, IdentifierRetired, MergeUndone
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.database.transaction import Tx


async def lock_against_erasures(tx: Tx) -> None:
    """No erasure looks before this transaction has ended; any number of recordings hold this at once."""
    await repository.lock_against_erasures(tx)


async def lock_for_erasure(tx: Tx) -> None:
    """Nothing is recorded by anybody else before this transaction has ended."""
    await repository.lock_for_erasure(tx)


async def record_merges(tx: Tx, events: Sequence[Envelope[CustomersMerged] | Envelope[MergeUndone]]) -> None:
    """The timeline of either id shows both, or no longer."""
    merges: dict[UUID, CustomersMerged | MergeUndone] = {}
    for event in events:
        known = merges.get(event.data.merge_id)
        if known is None or isinstance(event.data, MergeUndone):
            merges[event.data.merge_id] = event.data
    await repository.store_merges(tx, merges)


async def retire_identifiers(tx: Tx, events: Sequence[Envelope[IdentifierRetired]]) -> None:
    """These identifiers derive new customers from here on; a generation only grows."""
    generations: dict[str, int] = {}
    for event in events:
        retired = event.data
        generations[retired.fingerprint] = max(retired.generation, generations.get(retired.fingerprint, 0))
    await repository.raise_generations(tx, generations)


async def add_tombstones(tx: Tx, events: Sequence[Envelope[ErasureRequested]]) -> None:
    """Nothing is recorded any more about whom these requests name. The caller holds `lock_for_erasure`."""
    requests: dict[UUID, UUID] = {}
    for event in events:
        for customer_id in (event.subject, *event.data.aliases):
            requests.setdefault(customer_id, event.data.request_id)
    await repository.add_tombstones(tx, requests)


async def resolve(tx: Tx, key: str, people: Sequence[Person]) -> list[Resolved | None]:
    """Which customer each of `people` is, in order; None for somebody who was erased."""
    deriving = {person.deriving_fingerprint for person in people}
    generations = await repository.generations_of(tx, [found for found in deriving if found is not None])
    resolved = [customer_of(key, person, generations) for person in people]
    erased = await repository.erased_among(tx, {customer.customer_id for customer in resolved})
    return [None if customer.customer_id in erased else customer for customer in resolved]


async def erased_among(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """Those of `ids` that were erased."""
    return await repository.erased_among(tx, ids)


async def generations_of(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """The generation of each of these fingerprints that was retired; the others are at 0."""
    return await repository.generations_of(tx, fingerprints)


async def generations_since(tx: Tx, since: datetime) -> list[tuple[str, int, datetime]]:
    """(fingerprint, generation, changed_at) of what was retired at or after `since`, in that order."""
    return await repository.generations_since(tx, since)


async def alias_group(tx: Tx, customer_id: UUID) -> list[UUID]:
    """Every id under which this customer's interactions were written, itself included."""
    return await repository.alias_group(tx, customer_id)
