"""Read all copies about a batch of customers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.campaigns.contacts.domain.contacts import Contact, consent_of
from shared.customers.group import Group
from shared.database.transaction import Tx


async def contacts_of(tx: Tx, groups: Iterable[Group], segments: Sequence[UUID]) -> dict[UUID, Contact]:
    """What is known of each group, by root; memberships among `segments` alone."""
    wanted = {group.root: group for group in groups}
    members = sorted({member for group in wanted.values() for member in group.members})
    profiles = {row["customer_id"]: row for row in await tx.rows(_PROFILES, {"ids": members})}
    memberships: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await tx.rows(_MEMBERSHIPS, {"ids": members, "segments": list(segments)}):
        memberships[row["customer_id"]].add(row["segment_id"])
    states: dict[UUID, dict[tuple[str, str], str]] = defaultdict(dict)
    for row in await tx.rows(_CONSENTS, {"ids": members, "now": tx.now}):
        states[row["customer_id"]][(row["purpose"], row["channel"])] = row["state"]
    contacts = {}
    for root, group in wanted.items():
        rows = [profiles[member] for member in group.members if member in profiles]
        own = profiles.get(root)
        denied, granted = consent_of({member: states[member] for member in group.members if member in states}, root)
        contacts[root] = Contact(
            erased=any(row["erased"] for row in rows),
            restricted=any(row["restricted"] for row in rows),
            blocked=any(row["status"] == "blocked" for row in rows),
            complaint=any(row["complaint"] for row in rows),
            time_zone=own["time_zone"] if own is not None else None,
            segments=frozenset(segment for member in group.members for segment in memberships.get(member, ())),
            denied=denied,
            granted=granted,
            suppressed=frozenset(channel for row in rows for channel in row["suppressed"]),
            reachable=frozenset(channel for row in rows for channel in row["reachable"]),
        )
    return contacts


async def attributes_of(tx: Tx, roots: Sequence[UUID]) -> dict[UUID, dict[str, object]]:
    """The segmentable attributes of these customers, of those that have any."""
    rows = await tx.rows(
        """select customer_id, attributes from profiles
           where customer_id = any(cast(:ids as uuid[])) and attributes <> '{}'""",
        {"ids": list(roots)},
    )
    return {row["customer_id"]: row["attributes"] for row in rows}


_PROFILES = """
    select t.id as customer_id, p.status, p.time_zone, coalesce(r.restricted, false) as restricted,
           d.customer_id is not null as erased,
           exists (select from complaints c where c.customer_id = t.id and c.active) as complaint,
           coalesce(p.reachable, '{}') as reachable,
           array(select s.channel from suppressions s where s.customer_id = t.id and s.active) as suppressed
    from unnest(cast(:ids as uuid[])) as t(id)
    left join profiles p on p.customer_id = t.id
    left join restrictions r on r.customer_id = t.id
    left join tombstones d on d.customer_id = t.id
"""
_MEMBERSHIPS = """
    select customer_id, segment_id from memberships
    where customer_id = any(cast(:ids as uuid[])) and segment_id = any(cast(:segments as uuid[])) and member
"""
_CONSENTS = """
    select customer_id, purpose, channel,
           case when expires_at <= :now and state = 'granted' then 'unknown' else state end as state
    from consents where customer_id = any(cast(:ids as uuid[]))
"""
