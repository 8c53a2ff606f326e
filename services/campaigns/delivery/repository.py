"""How far the own topic was compared with the ledger, the hand-overs that only it knew, and pauses of the sender."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.campaigns.delivery.domain.hand_over import PublishedHandOver, SenderPause
from shared.database.transaction import Tx


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


async def add_hand_overs(tx: Tx, published: Sequence[PublishedHandOver]) -> int:
    """Hand-overs that the ledger does not know are entered; returns how many. A row that the ledger has in another
    state was handed over after the backup from which the ledger came; a missing one is made again, so that its entry
    meets it."""
    arrays = {
        "ids": [hand_over.message_id for hand_over in published],
        "customers": [hand_over.customer_id for hand_over in published],
        "campaigns": [hand_over.campaign_id for hand_over in published],
        "steps": [hand_over.step for hand_over in published],
        "channels": [hand_over.channel for hand_over in published],
        "permits": [hand_over.permit_id for hand_over in published],
        "at": [hand_over.at for hand_over in published],
        "states": [hand_over.state for hand_over in published],
        "reasons": [hand_over.reason if hand_over.state == "unknown" else None for hand_over in published],
    }
    corrected = await tx.execute(
        f"""update messages m set state = t.state, reason = t.reason, holder = null, permit_id = t.permit_id,
                   claimed_at = coalesce(m.claimed_at, t.at), settled_at = t.at
            from {_PUBLISHED}
            where m.customer_id = t.customer_id and m.id = t.id
              and (m.state in ('waiting', 'claimed') or m.state = 'unknown' and t.state = 'handed_over')""",
        arrays,
    )
    added = await tx.execute(
        f"""insert into messages (customer_id, id, campaign_id, entry_id, step, channel, purpose, priority, state,
                   reason, context, enrolled_at, not_before, expires_at, claimed_at, permit_id, settled_at)
            select t.customer_id, t.id, t.campaign_id, t.id, t.step, t.channel,
                   coalesce(terms.terms->>'purpose', 'unknown'), 0, t.state, t.reason, '{{}}', t.at, t.at, t.at, t.at,
                   t.permit_id, t.at
            from {_PUBLISHED} left join terms on terms.id = t.campaign_id
            where not exists (select from messages m where m.id = t.id and m.campaign_id = t.campaign_id)
            and not exists (select from tombstones d where d.customer_id = t.customer_id)
            on conflict do nothing""",
        arrays,
    )
    return corrected.rowcount + added.rowcount


_PUBLISHED = """unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:campaigns as uuid[]),
                       cast(:steps as text[]), cast(:channels as text[]), cast(:permits as uuid[]),
                       cast(:at as timestamptz[]), cast(:states as text[]), cast(:reasons as text[]))
           as t(customer_id, id, campaign_id, step, channel, permit_id, at, state, reason)"""


async def pause(tx: Tx, sender: str, detail: str, *, first_s: float, longest_s: float) -> SenderPause:
    """A pause, or the next one in a row. By the machine's clock: the provider knows no business time."""
    row = await tx.row(
        f"""insert into sender_pauses as p (sender, since, until, in_a_row, detail)
            values (:sender, now(), now() + make_interval(secs => :first), 1, :detail)
            on conflict (sender) do update
            set until = greatest(p.until, now() + make_interval(secs => least(:first * 2 ^ p.in_a_row, :longest))),
                in_a_row = p.in_a_row + 1, detail = excluded.detail
            returning {_PAUSE}""",
        {"sender": sender, "detail": detail, "first": first_s, "longest": longest_s},
    )
    assert row is not None, "it was written just now"
    return SenderPause(**row)


async def resume(tx: Tx, sender: str) -> bool:
    """Forget the pause; False when there is none."""
    gone = await tx.execute("delete from sender_pauses where sender = :sender", {"sender": sender})
    return gone.rowcount > 0


async def find_pause(tx: Tx, sender: str) -> SenderPause | None:
    """The pause that is not forgotten."""
    row = await tx.row(f"select {_PAUSE} from sender_pauses where sender = :sender", {"sender": sender})
    return SenderPause(**row) if row is not None else None


async def is_paused(tx: Tx, sender: str) -> bool:
    """Whether the pause lasts still."""
    sql = "select exists (select from sender_pauses where sender = :sender and until > now())"
    return bool(await tx.value(sql, {"sender": sender}))


_PAUSE = "sender, since, until, in_a_row, detail"
