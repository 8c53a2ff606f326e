"""All that the gate asks of the local copies and the ledger, for a batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.campaigns.domain.caps import Sent
from services.campaigns.domain.customers import Group, Known, consent_of
from services.campaigns.domain.ledger import Message
from shared.database.transaction import Tx

AddressState = Literal["free", "pending", "reached"]


@dataclass(frozen=True, slots=True)
class AddressKey:
    """A one-off's run and an address, by its keyed hash."""

    campaign_id: UUID
    entry_id: UUID
    channel: str
    address_hash: str


async def known_of(tx: Tx, groups: Iterable[Group], segments: Sequence[UUID], since: datetime) -> dict[UUID, Known]:
    """What is known of each group, by root: memberships among `segments`, and what was sent after `since`."""
    wanted = {group.root: group for group in groups}
    members = sorted({member for group in wanted.values() for member in group.members})
    profiles = {row["customer_id"]: row for row in await tx.rows(_PROFILES, {"ids": members})}
    memberships = await _collect(tx, _MEMBERSHIPS, {"ids": members, "segments": list(segments)}, "segment_id")
    states: dict[UUID, dict[tuple[str, str], str]] = defaultdict(dict)
    for row in await tx.rows(_CONSENTS, {"ids": members, "now": tx.now}):
        states[row["customer_id"]][(row["purpose"], row["channel"])] = row["state"]
    sent: dict[UUID, list[Sent]] = defaultdict(list)
    for row in await tx.rows(_SENT, {"ids": members, "since": since}):
        sent[row["customer_id"]].append(Sent(row["claimed_at"], row["campaign_id"], row["purpose"]))
    known = {}
    for root, group in wanted.items():
        rows = [profiles[one] for one in group.members if one in profiles]
        own = profiles.get(root)
        denied, granted = consent_of({one: states[one] for one in group.members if one in states}, root)
        known[root] = Known(
            erased=any(row["erased"] for row in rows),
            restricted=any(row["restricted"] for row in rows),
            blocked=any(row["status"] == "blocked" for row in rows),
            time_zone=own["time_zone"] if own is not None else None,
            segments=frozenset(segment for one in group.members for segment in memberships.get(one, ())),
            denied=denied,
            granted=granted,
            suppressed=frozenset(channel for row in rows for channel in row["suppressed"]),
            reachable=frozenset(channel for row in rows for channel in row["reachable"]),
            sent=tuple(one for member in group.members for one in sent.get(member, ())),
        )
    return known


async def address_states(tx: Tx, wanted: Mapping[UUID, AddressKey]) -> dict[UUID, AddressState]:
    """For each message id whether its address is free for it, or another message of the run has it."""
    rows = await tx.rows(
        f"""
        select a.campaign_id, a.entry_id, a.channel, a.address_hash, a.message_id, m.state
        from address_claims a join {_ADDRESSES} using (campaign_id, entry_id, channel, address_hash)
        left join messages m on m.customer_id = a.customer_id and m.id = a.message_id
        """,
        _address_arrays(list(wanted.values())),
    )
    owners = {AddressKey(r["campaign_id"], r["entry_id"], r["channel"], r["address_hash"]): r for r in rows}
    states: dict[UUID, AddressState] = {}
    for message_id, key in wanted.items():
        owner = owners.get(key)
        if owner is None or owner["message_id"] == message_id:
            states[message_id] = "free"
        else:
            states[message_id] = "pending" if owner["state"] in ("waiting", "claimed") else "reached"
    return states


async def take_addresses(tx: Tx, wanted: Sequence[tuple[Message, AddressKey]]) -> set[UUID]:
    """Take each address for its message; returns the ids of the messages that now have theirs."""
    if not wanted:
        return set()
    ordered = sorted(wanted, key=lambda pair: pair[1].address_hash)
    arrays = _address_arrays([key for _, key in ordered])
    await tx.execute(
        """
        insert into address_claims (campaign_id, entry_id, channel, address_hash, customer_id, message_id)
        select campaign_id, entry_id, channel, address_hash, customer_id, message_id
        from unnest(cast(:campaigns as uuid[]), cast(:entries as uuid[]), cast(:channels as text[]),
                    cast(:hashes as text[]), cast(:customers as uuid[]), cast(:ids as uuid[]))
             as t(campaign_id, entry_id, channel, address_hash, customer_id, message_id)
        on conflict do nothing
        """,
        {
            **arrays,
            "customers": [message.customer_id for message, _ in ordered],
            "ids": [message.id for message, _ in ordered],
        },
    )
    rows = await tx.rows(
        f"""select message_id from address_claims
            join {_ADDRESSES} using (campaign_id, entry_id, channel, address_hash)""",
        arrays,
    )
    return {row["message_id"] for row in rows}


_PROFILES = """
    select t.id as customer_id, p.status, p.time_zone, coalesce(r.restricted, false) as restricted,
           d.customer_id is not null as erased, coalesce(p.reachable, '{}') as reachable,
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
_SENT = """
    select customer_id, campaign_id, purpose, claimed_at from messages
    where customer_id = any(cast(:ids as uuid[])) and claimed_at > :since
    and state in ('claimed', 'handed_over', 'unknown')
"""
_ADDRESSES = """unnest(cast(:campaigns as uuid[]), cast(:entries as uuid[]), cast(:channels as text[]),
                       cast(:hashes as text[])) as k(campaign_id, entry_id, channel, address_hash)"""


async def _collect(tx: Tx, statement: str, params: Mapping[str, object], column: str) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await tx.rows(statement, params):
        found[row["customer_id"]].add(row[column])
    return found


def _address_arrays(keys: Sequence[AddressKey]) -> dict[str, list[object]]:
    return {
        "campaigns": [key.campaign_id for key in keys],
        "entries": [key.entry_id for key in keys],
        "channels": [key.channel for key in keys],
        "hashes": [key.address_hash for key in keys],
    }
