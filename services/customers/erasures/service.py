"""Erase a person, count what is left, and report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import orjson

from services.customers.erasures import repository
from services.customers.identifiers.repository import retire_all
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.repository import records
from services.customers.profiles.service.opening import empty_record
from shared.contracts.customers import CustomersErasureDone, IdentifierRetired
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.customers.stores import Person, Store, forget
from shared.customers.tombstones import add_tombstones
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.events.letter_erasure import Moment


async def erase_customer(tx: Tx, naming: Naming, stores: Sequence[Store], request: Envelope[ErasureRequested]) -> None:
    """Nothing is kept of this person under any id, nothing comes back under those ids, and the receipt says so.

    `stores` are those of the capabilities; the kernel's are erased too. The identifiers' generation is raised: whoever
    comes with one of them from now on is somebody new. What stays is a tombstone for each id, and the keyed hashes with
    their generations.
    """
    asked = sorted({request.subject, *request.data.aliases})
    # A row for each id first: it makes a handler that is opening one just now wait for us, or us for it.
    opened = await records.open_records(tx, [empty_record(tx, customer_id) for customer_id in asked])
    groups = list((await records.lock_groups(tx, asked)).values())
    ids = sorted({customer_id for group in groups for customer_id in group.ids} | set(asked))
    await add_tombstones(tx, request.data.request_id, ids)
    texts = _texts(ids, groups)
    names = await _names_of(tx, naming, ids, groups, request.data.fingerprints)
    retired = await retire_all(tx, ids, tx.now)
    gone = [(owner_id, owner.fingerprint, owner.generation) for owner, owner_id in retired]
    # A phone has no generation of its own, as it derives nobody; but its hash is to be suppressed like the others.
    gone += [(owner_id, fingerprint, 1) for owner_id, fingerprint in await repository.lone_phones(tx, ids)]
    for owner_id, fingerprint, generation in gone:
        fact = IdentifierRetired(fingerprint=fingerprint, generation=generation, erased=True)
        tx.publish(fact, subject=owner_id, cause=request)
    everything = (*stores, *repository.KERNEL_STORES)
    found = await forget(tx, everything, Person(ids, texts), naming, Moment.of(request), names)
    found.erased["customers"] -= len(opened)
    found.erased["identifier_owners"] = len(retired)
    tx.publish(
        CustomersErasureDone(request_id=request.data.request_id, stores=found.erased, remaining=found.remaining),
        subject=request.subject,
        cause=request,
    )


async def _names_of(
    tx: Tx, naming: Naming, ids: Sequence[UUID], groups: Sequence[Group], known: Iterable[str]
) -> set[str]:
    """The fingerprints by which letters about these people are found: not of a phone that somebody else has too."""
    identifiers = [identifier for group in groups for identifier in group.identifiers]
    names = {name for found in identifiers for name in naming.fingerprints_of(found.kind, found.value, found.source)}
    names |= {found.fingerprint for found in identifiers} | set(known)
    return names - await repository.held_by_others(tx, names, ids)


def _texts(ids: Sequence[UUID], groups: Sequence[Group]) -> list[bytes]:
    """What would show this person inside stored bytes. Identifiers as whole JSON strings: no part of another's."""
    identifiers = [identifier for group in groups for identifier in group.identifiers]
    spellings = {spelling for identifier in identifiers for spelling in (identifier.value, identifier.normalised)}
    return sorted(
        {str(customer_id).encode() for customer_id in ids} | {orjson.dumps(spelling) for spelling in spellings}
    )
