"""Erase somebody, look again, and report."""

from __future__ import annotations

from uuid import UUID

import orjson

from services.customers.config import Settings
from services.customers.domain.customer import Group, Record
from services.customers.repository import erasure, identifiers, records
from shared.contracts.customers import CustomersErasureDone, IdentifierRetired
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.database.transaction import Tx


async def erase_customer(tx: Tx, settings: Settings, request: Envelope[ErasureRequested]) -> None:
    """Nothing is kept of this person under any id, nothing comes back under those ids, and the receipt says so.

    The identifiers' generation is raised: whoever comes with one of them from now on is somebody new. What stays is a
    tombstone for each id, and the keyed hashes with their generations.
    """
    asked = sorted({request.subject, *request.data.aliases})
    # A row for each id first: it makes a handler that is opening one just now wait for us, or us for it.
    opened = await records.open_records(tx, [_empty(tx, one) for one in asked])
    groups = await records.lock_groups(tx, asked)
    ids = sorted({one.customer_id for group in groups.values() for one in group.members} | set(asked))
    await erasure.add_tombstones(tx, ids, request.data.request_id, tx.now)
    needles = _needles(ids, list(groups.values()))
    retired = await identifiers.retire_all(tx, ids, tx.now)
    gone = [(owner, one.fingerprint, one.generation) for one, owner in retired]
    # A phone has no generation of its own, as it derives nobody; but its hash is to be suppressed like the others.
    gone += [(owner, fingerprint, 1) for owner, fingerprint in await erasure.lone_phones(tx, ids)]
    for owner, fingerprint, generation in gone:
        fact = IdentifierRetired(fingerprint=fingerprint, generation=generation)
        tx.publish(fact, subject=owner, cause=request)
    stores = await erasure.erase(tx, ids, needles)
    stores["customers"] -= len(opened)
    stores["identifier_owners"] = len(retired)
    remaining = await erasure.look_again(tx, ids, needles)
    tx.publish(
        CustomersErasureDone(request_id=request.data.request_id, stores=stores, remaining=remaining),
        subject=request.subject,
        cause=request,
    )


def _empty(tx: Tx, customer_id: UUID) -> Record:
    return Record(
        customer_id=customer_id,
        kind="person",
        source=None,
        created_at=tx.now,
        changed_at=tx.now,
        current_id=customer_id,
    )


def _needles(ids: list[UUID], groups: list[Group]) -> list[bytes]:
    """What would show this person inside stored bytes. Identifiers as whole JSON strings: no part of another's."""
    texts = {str(one) for one in ids}
    names = {value for group in groups for one in group.identifiers for value in (one.value, one.normalised)}
    return sorted({text.encode() for text in texts} | {orjson.dumps(name) for name in names})
