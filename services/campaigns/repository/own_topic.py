"""How far the own topic was compared with the ledger, and what it knew better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class ToldHandOver:
    """A hand-over as we told it ourselves."""

    message_id: UUID
    customer_id: UUID
    campaign_id: UUID
    step: str
    channel: str
    permit_id: UUID | None
    at: datetime


async def offsets(tx: Tx) -> dict[int, int]:
    """The next offset to compare, by partition."""
    return {row["partition"]: row["next_offset"] for row in await tx.rows("select * from own_topic")}


async def save_offsets(tx: Tx, reached: Mapping[int, int]) -> None:
    """Everything before these is compared; never backwards."""
    await tx.execute(
        """insert into own_topic as o (partition, next_offset)
           select * from unnest(cast(:partitions as int[]), cast(:offsets as bigint[])) order by 1
           on conflict (partition) do update set next_offset = greatest(o.next_offset, excluded.next_offset)""",
        {"partitions": list(reached), "offsets": list(reached.values())},
    )


async def learn(tx: Tx, told: Sequence[ToldHandOver]) -> int:
    """Hand-overs that the ledger does not know are entered; returns how many. A row that the ledger has in another
    state was handed over after the backup from which the ledger came; a missing one is made again, so that its entry
    meets it."""
    arrays = {
        "ids": [one.message_id for one in told],
        "customers": [one.customer_id for one in told],
        "campaigns": [one.campaign_id for one in told],
        "steps": [one.step for one in told],
        "channels": [one.channel for one in told],
        "permits": [one.permit_id for one in told],
        "at": [one.at for one in told],
    }
    mended = await tx.execute(
        f"""update messages m set state = 'handed_over', reason = null, holder = null, permit_id = t.permit_id,
                   claimed_at = coalesce(m.claimed_at, t.at), settled_at = t.at
            from {_TOLD} where m.customer_id = t.customer_id and m.id = t.id and m.state in ('waiting', 'claimed')""",
        arrays,
    )
    made = await tx.execute(
        f"""insert into messages (customer_id, id, campaign_id, entry_id, step, channel, purpose, priority, state,
                   context, enrolled_at, not_before, expires_at, claimed_at, permit_id, settled_at)
            select t.customer_id, t.id, t.campaign_id, t.id, t.step, t.channel,
                   coalesce(c.definition->>'purpose', 'unknown'), 0, 'handed_over', '{{}}', t.at, t.at, t.at, t.at,
                   t.permit_id, t.at
            from {_TOLD} left join campaigns c on c.id = t.campaign_id
            where not exists (select from messages m where m.id = t.id and m.campaign_id = t.campaign_id)
            and not exists (select from tombstones d where d.customer_id = t.customer_id)
            on conflict do nothing""",
        arrays,
    )
    return mended.rowcount + made.rowcount


_TOLD = """unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:campaigns as uuid[]), cast(:steps as text[]),
                  cast(:channels as text[]), cast(:permits as uuid[]), cast(:at as timestamptz[]))
           as t(customer_id, id, campaign_id, step, channel, permit_id, at)"""
