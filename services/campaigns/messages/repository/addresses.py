"""Which addresses a run has reached already, for a batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from services.campaigns.messages.domain.ledger import Message
from shared.database.transaction import Tx

AddressState = Literal["free", "pending", "reached"]


@dataclass(frozen=True, slots=True)
class AddressKey:
    """A one-off's run and an address, by its keyed hash."""

    campaign_id: UUID
    entry_id: UUID
    channel: str
    address_hash: str


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


_ADDRESSES = """unnest(cast(:campaigns as uuid[]), cast(:entries as uuid[]), cast(:channels as text[]),
                       cast(:hashes as text[])) as k(campaign_id, entry_id, channel, address_hash)"""


def _address_arrays(keys: Sequence[AddressKey]) -> dict[str, list[object]]:
    return {
        "campaigns": [key.campaign_id for key in keys],
        "entries": [key.entry_id for key in keys],
        "channels": [key.channel for key in keys],
        "hashes": [key.address_hash for key in keys],
    }
