"""What is known about who is who: take over merges, retirements and tombstones, and resolve references by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.interactions.identity import repository
from services.interactions.identity.domain import Person, Resolved, customer_of
from shared.contracts.customers import (
    CustomersMerged,
    IdentifierFreed,
    IdentifierOwned,
    IdentifierRetired,
    MergeUndone,
)
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.customers import generations, merges, owners, tombstones
from shared.customers.owners import Owner
from shared.customers.traces import number_of
from shared.database.transaction import Tx
from shared.events.letter_erasure import erased_until


async def lock_against_erasures(tx: Tx) -> None:
    """No erasure looks before this transaction has ended; any number of recordings hold this at once."""
    await repository.lock_against_erasures(tx)


async def lock_for_erasure(tx: Tx) -> None:
    """Nothing is recorded by anybody else before this transaction has ended."""
    await repository.lock_for_erasure(tx)


async def record_merges(tx: Tx, events: Sequence[Envelope[CustomersMerged] | Envelope[MergeUndone]]) -> None:
    """The timeline of either id shows both, or no longer."""
    await merges.record_merges(tx, [event.data for event in events])


async def retire_identifiers(tx: Tx, events: Sequence[Envelope[IdentifierRetired]]) -> None:
    """These identifiers are nobody's, and derive new customers from here on; a generation only grows."""
    await generations.raise_generations(tx, events)
    await owners.retire_owned(tx, events)


async def record_owners(tx: Tx, events: Sequence[Envelope[IdentifierOwned] | Envelope[IdentifierFreed]]) -> None:
    """Who names one of these identifiers means its owner, unless that one was erased or lost it meanwhile."""
    erased = await tombstones.erased_among(tx, {event.subject for event in events})
    await owners.follow_owners(tx, [event for event in events if event.subject not in erased])


async def owned_by(tx: Tx, ids: Iterable[UUID]) -> list[Owner]:
    """The identifiers that these customers own."""
    return await owners.owned_by(tx, ids)


async def owners_of(tx: Tx, fingerprints: Iterable[str]) -> dict[str, Owner]:
    """The owner of each of these identifiers that has one."""
    return await owners.owners_of(tx, fingerprints)


async def add_tombstones(tx: Tx, events: Sequence[Envelope[ErasureRequested]]) -> None:
    """Nothing is recorded any more about whom these requests name. The caller holds `lock_for_erasure`."""
    for event in events:
        await tombstones.add_tombstones(tx, event.data.request_id, (event.subject, *event.data.aliases))


async def resolve(
    tx: Tx, key: str, people: Sequence[Person], received: Sequence[int | None] = ()
) -> list[Resolved | None]:
    """Which customer each of `people` is, in order; None for somebody who was erased.

    `received` is when the broker took what names each (the machine's milliseconds). What was received before the holder
    of an identifier was erased is about them, and not about whoever has it next.
    """
    names = {name for person in people for name in person.names}
    owned, retired = await repository.owners_and_generations(tx, names)
    resolved = [customer_of(key, person, retired, owned) for person in people]
    erased = await tombstones.erased_among(tx, {customer.customer_id for customer in resolved})
    # Of what was never retired nobody was erased, and that is nearly everybody.
    until = await erased_until(tx, {number_of(name) for name in retired})
    moments = received or [None] * len(people)
    return [
        None if customer.customer_id in erased or _is_of_erased(person, moment, until) else customer
        for customer, person, moment in zip(resolved, people, moments, strict=True)
    ]


def _is_of_erased(person: Person, received_ms: int | None, until: Mapping[int, int]) -> bool:
    return received_ms is not None and any(until.get(number_of(name), -1) >= received_ms for name in person.names)


async def erased_among(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """Those of `ids` that were erased."""
    return await tombstones.erased_among(tx, ids)


async def generations_of(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """The generation of each of these fingerprints that was retired; the others are at 0."""
    return await generations.generations_of(tx, fingerprints)


async def generations_since(tx: Tx, since: datetime) -> list[tuple[str, int, datetime]]:
    """(fingerprint, generation, changed_at) of what was retired at or after `since`, in that order."""
    return await generations.generations_since(tx, since)


async def alias_group(tx: Tx, customer_id: UUID) -> Sequence[UUID]:
    """Every id under which this customer's interactions were written, itself included."""
    return (await merges.groups_of(tx, [customer_id]))[customer_id].members
