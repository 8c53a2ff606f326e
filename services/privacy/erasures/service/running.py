"""Run an erasure: suppress the person's addresses, set the tombstones, empty privacy's own stores, ask the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.privacy.erasures.domain import Erasure, ErasureState, Receipt
from services.privacy.erasures.repository import requests as repository
from services.privacy.erasures.repository import stores
from services.privacy.holds.service import standing_over
from services.privacy.identity.domain import CHANNELS, Address, subject_of
from services.privacy.identity.service import addresses_of
from services.privacy.permits import repository as permits
from services.privacy.subject_locks import repository as subject_locks
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress_silently
from shared.contracts.customers import IdentifierRetired
from shared.contracts.envelope import Envelope, Origin
from shared.contracts.privacy import ErasureRequested
from shared.customers.merges import groups_of
from shared.customers.owners import owned_by, owners_of
from shared.customers.stores import Person, forget
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.events.letter_erasure import Moment, erase_letters
from shared.ids import milliseconds_of, new_id

THIS_SERVICE = "privacy"
BY_ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Reach:
    """What an erasure concerns: every id of the customer (none when an address alone is erased); the addresses, with
    those of them that other customers have; and second selves, under which nobody lives."""

    current: UUID
    members: tuple[UUID, ...]
    addresses: tuple[Address, ...]
    of_others: frozenset[str]
    second_selves: tuple[UUID, ...]

    @property
    def own_hashes(self) -> set[str]:
        """The addresses that nobody else has."""
        return {hashed for hashed, _ in self.addresses if hashed not in self.of_others}

    @property
    def own_subjects(self) -> set[UUID]:
        """Where everything that was said goes: at addresses that nobody else has, and under second selves."""
        return {subject_of(hashed) for hashed in self.own_hashes} | set(self.second_selves)

    @property
    def other_subjects(self) -> set[UUID]:
        """Where only the customer's own words go."""
        return {subject_of(hashed) for hashed in self.of_others}


async def lock_reach(
    tx: Tx, subject: UUID, addresses: Sequence[Address], second_selves: Sequence[UUID], more: Sequence[UUID] = ()
) -> Reach:
    """What an erasure of this customer (also known by the ids in `more`) or address concerns, all of it locked."""
    reach = await _reach(tx, subject, addresses, second_selves, more)
    locked: set[UUID] = set()
    while not (wanted := {*reach.members, *reach.own_subjects, *reach.other_subjects}) <= locked:
        # Once, unless a merge or a statement by one more address was committed meanwhile.
        await subject_locks.lock(tx, wanted)
        locked |= wanted
        reach = await _reach(tx, subject, addresses, second_selves, more)
    return reach


async def run(tx: Tx, naming: Naming, erasure: Erasure, checked_by: str) -> None:
    """Hashes, tombstones, own stores, and the event that asks the others: one transaction. While a legal hold stands
    nothing is done but that the check is kept."""
    reach = await lock_reach(tx, erasure.customer_id, erasure.addresses, erasure.second_selves, erasure.aliases)
    if await standing_over(tx, reach.members):
        await repository.note_checked(tx, erasure.erasure_id, checked_by)
        return
    erased = await erase_addresses(tx, erasure.erasure_id, reach)
    versions = await subject_locks.next_versions(tx, len(reach.members))
    await subject_locks.add_tombstones(tx, dict(zip(reach.members, versions, strict=True)))
    names = {owned.fingerprint for owned in await owned_by(tx, reach.members)}
    names |= {hashed for hashed, _ in reach.addresses if hashed not in reach.of_others}
    now = Moment(milliseconds_of(new_id()) or 0)
    found = await forget(tx, stores.OWN, Person(reach.members), naming, now, names)
    erased |= found.erased
    aliases = tuple(member for member in reach.members if member != erasure.customer_id)
    await repository.start(tx, erasure.erasure_id, aliases, reach.addresses, checked_by)
    left = await stores.count_lines(tx, erasure.erasure_id) | found.remaining
    left |= await stores.count_by_address(tx, reach.own_hashes)
    await repository.store_receipt(tx, erasure.erasure_id, Receipt(THIS_SERVICE, erased, left, tx.now))
    running = replace(erasure, aliases=aliases, addresses=reach.addresses, state=ErasureState.RUNNING)
    await emit_request(tx, running, Origin.LIVE)


async def erase_addresses(tx: Tx, erasure_id: UUID, reach: Reach) -> dict[str, int]:
    """The addresses are suppressed, and what was said by them is gone; how many rows. Refusals stay."""
    await _suppress(tx, reach.addresses)
    erased = await stores.erase_by_address(tx, reach.own_hashes)
    return erased | await stores.erase_lines(
        tx, erasure_id, subjects=reach.own_subjects, others=reach.other_subjects, ids=reach.members
    )


async def is_open(tx: Tx, customer_id: UUID) -> bool:
    """Is this customer being erased, or about to be?"""
    return await repository.open_for(tx, [customer_id]) is not None


async def erase_retired(tx: Tx, naming: Naming, event: Envelope[IdentifierRetired]) -> None:
    """An identifier of a customer under erasure was retired: its hash goes on the list, whichever kind it is of, and
    what was said by it before is gone.

    The hash of a card or an external id matches no address, so listing it costs nothing.
    """
    fingerprint = event.data.fingerprint
    if event.data.erased:
        # Also when the request is over by now, and the letter came late.
        await erase_letters(tx, naming, Moment.of(event), [event.subject], [fingerprint])
    erasure = await repository.open_for(tx, [event.subject])
    if erasure is None:
        return
    await _suppress(tx, [(fingerprint, channel) for channel in CHANNELS])
    if erasure.state is ErasureState.RUNNING:
        subjects = [subject_of(fingerprint)]
        await stores.erase_lines(tx, erasure.erasure_id, subjects=subjects, generation=event.data.generation)


async def emit_request(tx: Tx, erasure: Erasure, origin: Origin) -> None:
    """Every service is asked to erase."""
    tx.publish(
        ErasureRequested(
            request_id=erasure.erasure_id,
            aliases=list(erasure.aliases),
            fingerprints=sorted({hashed for hashed, _ in erasure.addresses}),
        ),
        subject=erasure.customer_id,
        origin=origin,
    )
    await repository.note_asked(tx, erasure.erasure_id)


async def _reach(
    tx: Tx, subject: UUID, named: Iterable[Address], second_selves: Iterable[UUID], more: Iterable[UUID]
) -> Reach:
    of_address = subject in {subject_of(hashed) for hashed, _ in named}
    group = (await groups_of(tx, [subject]))[subject]
    members = [] if of_address else sorted({*group.members, *more})
    addresses = {*named, *await permits.addresses_of(tx, members), *await stores.spoken_for(tx, members)}
    for owned in (await addresses_of(tx, members)).values():
        addresses |= {address.on(channel) for address in owned for channel in address.channels}
    owners = await owners_of(tx, {hashed for hashed, _ in addresses})
    of_others = {hashed for hashed, owner in owners.items() if owner.customer_id not in members}
    known = await subject_locks.read(tx, set(second_selves) - set(members))
    living = {owner.customer_id for owner in await owned_by(tx, known)}
    return Reach(
        current=group.root,
        members=tuple(members),
        addresses=tuple(sorted(addresses)),
        of_others=frozenset(of_others),
        second_selves=tuple(sorted(known.keys() - living)),
    )


async def _suppress(tx: Tx, addresses: Sequence[Address]) -> None:
    # No event: the tombstone says more, and to everybody.
    await suppress_silently(tx, addresses, SuppressionReason.ERASED, BY_ERASURE)
