"""Make active customers of those who buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.profiles.domain.history import HistoryEntry, differences
from services.customers.profiles.service.opening import NewCustomer, open_or_lock
from services.customers.profiles.service.updates import ProfileUpdate, save_updates
from services.customers.purchases.domain import after_purchase
from services.customers.purchases.repository import active_among
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import PurchaseRecorded
from shared.database.transaction import Tx


async def note_purchases(tx: Tx, settings: Settings, events: Sequence[Envelope[PurchaseRecorded]]) -> None:
    """Everybody who bought is active (blocked ones stay blocked); who was not known yet is known now.

    Nearly every purchase is by somebody active already: those cost one statement and change nothing.
    """
    active = await active_among(tx, sorted({event.subject for event in events}))
    events = [event for event in events if event.subject not in active]
    if not events:
        return
    definitions = await load_definitions(tx)
    groups, opened = await open_or_lock(tx, {event.subject: NewCustomer() for event in events})
    before = {group.root.customer_id: group for group in groups.values()}
    current, causes = dict(before), dict[UUID, Envelope[Any]]()
    entries: dict[UUID, list[HistoryEntry]] = {root: [] for root in before}
    for event in events:
        if event.subject not in groups:
            continue
        root = groups[event.subject].root.customer_id
        group = current[root]
        after = after_purchase(group, event.subject, event.time, event.source)
        if after == group:
            continue
        what = differences(group.member(event.subject).claims, after.member(event.subject).claims)
        what = what or differences(group.root.claims, after.root.claims)
        entries[root].append(HistoryEntry(event.subject, event.source, what, event.id))
        current[root], causes[root] = after, event
    await save_updates(
        tx,
        settings,
        [
            ProfileUpdate(before[root], group, entries[root], new=root in opened, cause=causes.get(root))
            for root, group in current.items()
        ],
        definitions,
    )
