"""Enrol those who enter a campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from functools import partial
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Campaign
from services.campaigns.campaigns.domain.entries import Entry
from services.campaigns.contacts.repository import groups
from services.campaigns.messages.repository import enrolment
from shared.customers.group import Group
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.observability.metrics import counter

ENROLLED = counter("campaign_entries_total", "Customers who met a trigger, by what came of it", ["outcome"])


async def enrol(tx: Tx, entries: Sequence[Entry], found: Mapping[UUID, Group], erased: Set[UUID]) -> int:
    """A waiting message for each of these whom the re-entry policy lets in; returns how many.

    `found` are the customers' groups, with their roots locked: so neither two events at once nor a merge lets somebody
    in twice.
    """
    members = sorted({member for group in found.values() for member in group.members})
    campaign_ids = sorted({entry.campaign.id for entry in entries})
    root_of = {member: group.root for group in found.values() for member in group.members}
    entered: dict[tuple[UUID, UUID], datetime] = {}
    for (campaign_id, customer_id), at in (await enrolment.last_entries(tx, campaign_ids, members)).items():
        root = root_of[customer_id]
        entered[campaign_id, root] = max(at, entered.get((campaign_id, root), at))
    let_in = []
    for entry in entries:
        key = entry.campaign.id, found[entry.customer_id].root
        if entry.customer_id in erased:
            tx.after_commit(ENROLLED.labels("erased").inc)
        elif not entry.campaign.definition.re_entry.permits(entered.get(key), tx.now):
            tx.after_commit(ENROLLED.labels("re-entry").inc)
        else:
            entered[key] = tx.now
            let_in.append(entry.message(tx.now))
    added = await enrolment.add_messages(tx, let_in)
    tx.after_commit(partial(ENROLLED.labels("entered").inc, added))
    tx.after_commit(partial(ENROLLED.labels("known").inc, len(let_in) - added))
    return added


async def enrol_members(tx: Tx, campaign: Campaign, customer_ids: Sequence[UUID]) -> int:
    """These enter the one-off's run, once per alias group, also when they were merged since a part of them entered;
    returns how many."""
    missing = set(customer_ids) - await erased_among(tx, customer_ids)
    found: dict[UUID, Group] = {}
    # A group that changes while its lock is waited for is looked at again.
    while missing:
        found |= await groups.lock_groups(tx, sorted(missing))
        missing -= found.keys()
    members = sorted({member for group in found.values() for member in group.members})
    entered = {customer_id for _, customer_id in await enrolment.last_entries(tx, [campaign.id], members)}
    roots = {group.root for group in found.values() if entered.isdisjoint(group.members)}
    added = await enrolment.add_messages(
        tx, [Entry(campaign, root, campaign.run_id).message(tx.now) for root in sorted(roots)]
    )
    tx.after_commit(partial(ENROLLED.labels("entered").inc, added))
    return added
