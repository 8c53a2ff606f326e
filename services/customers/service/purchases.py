"""Who buys is a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.customers.config import Settings
from services.customers.domain.customer import after_purchase
from services.customers.repository import records
from services.customers.repository.definitions import definitions
from services.customers.service.opening import Opening, open_or_lock
from services.customers.service.profiles import Entry, Writing, differences, write
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import PurchaseRecorded
from shared.database.transaction import Tx


async def note_purchases(tx: Tx, settings: Settings, events: Sequence[Envelope[PurchaseRecorded]]) -> None:
    """Everybody who bought is active (blocked ones stay blocked); who was not known yet is known now.

    Nearly every purchase is by somebody active already: those cost one statement and change nothing.
    """
    settled = await records.active_among(tx, sorted({one.subject for one in events}))
    bought = [one for one in events if one.subject not in settled]
    if not bought:
        return
    known = await definitions(tx)
    groups, opened = await open_or_lock(tx, {one.subject: Opening() for one in bought})
    before = {group.root.customer_id: group for group in groups.values()}
    current, causes = dict(before), dict[UUID, Envelope[Any]]()
    entries: dict[UUID, list[Entry]] = {root: [] for root in before}
    for one in bought:
        if one.subject not in groups:
            continue
        root = groups[one.subject].root.customer_id
        group = current[root]
        after = after_purchase(group, one.subject, one.time, one.source)
        if after == group:
            continue
        what = differences(group.member(one.subject).claims, after.member(one.subject).claims)
        what = what or differences(group.root.claims, after.root.claims)
        entries[root].append(Entry(one.subject, one.source, what, one.id))
        current[root], causes[root] = after, one
    await write(
        tx,
        settings,
        [
            Writing(before[root], group, entries[root], new=root in opened, cause=causes.get(root))
            for root, group in current.items()
        ],
        known,
    )
