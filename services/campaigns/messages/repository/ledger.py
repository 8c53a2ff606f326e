"""The ledger: reserve, claim, settle, postpone, recover. One statement each, whatever the batch's size.

A row with a `holder` belongs to the sender whose session lock has that number. While `waiting` it is only reserved:
nothing can have left, so whoever finds the sender gone may take it. Once `claimed` it may have left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from services.campaigns.messages.domain.ledger import Message, MessageState, Postponed, Sent, Settled
from shared.database.transaction import Tx

# Rows that are older than terms_id have the terms of their campaign.
MESSAGE_COLUMNS = """m.id, m.customer_id, m.campaign_id, m.entry_id, coalesce(m.terms_id, m.campaign_id) as terms_id,
              m.step, m.channel, m.expires_at, m.attempts, m.deferred_for, m.context"""
_THESE = "unnest(cast(:customers as uuid[]), cast(:ids as uuid[])) as t(customer_id, id)"
_DUE = "state = 'waiting' and not_before <= :now"
_HELD = "m.customer_id = t.customer_id and m.id = t.id and m.holder = :holder"


async def reserve(tx: Tx, holder: int, size: int) -> list[Message]:
    """Up to `size` due messages for this sender, the highest priority first. Rows that another sender is just taking
    are passed over."""
    rows = await tx.rows(
        f"""
        with due as materialized (
            select first_due.customer_id, first_due.id
            from generate_series(9, 0, -1) as p(priority) cross join lateral (
                select customer_id, id from messages
                where state = 'waiting' and priority = p.priority and not_before <= :now and holder is null
                order by not_before limit :size for update skip locked
            ) as first_due limit :size
        )
        update messages m set holder = :holder from due
        where m.customer_id = due.customer_id and m.id = due.id returning {MESSAGE_COLUMNS}, m.priority
        """,
        {"now": tx.now, "size": size, "holder": holder},
    )
    return [message_of(row) for row in sorted(rows, key=lambda row: -row["priority"])]


async def hold(tx: Tx, holder: int, messages: Sequence[Message]) -> list[Message]:
    """Those that are still reserved for this sender, locked."""
    rows = await tx.rows(
        f"""
        select m.id from messages m join {_THESE} on {_HELD} where m.state = 'waiting'
        order by m.customer_id, m.id for update of m
        """,
        {"holder": holder, **_keys(messages)},
    )
    held = {row["id"] for row in rows}
    return [message for message in messages if message.id in held]


async def claim(tx: Tx, holder: int, messages: Sequence[Message]) -> None:
    """These are about to be handed over: they count for the caps from now on."""
    await tx.execute(
        f"""update messages m set state = 'claimed', claimed_at = :now from {_THESE}
            where {_HELD} and m.state = 'waiting'""",
        {"holder": holder, "now": tx.now, **_keys(messages)},
    )


async def settle(tx: Tx, holder: int, outcomes: Sequence[Settled]) -> list[Settled]:
    """Write how messages of this sender ended; returns those that were still its own to settle.

    Also one that was declared unknown while the sender was thought gone: the sender knows better.
    """
    rows = await tx.rows(
        f"""
        update messages m
        set state = t.state, reason = t.reason, bounced = t.bounced, permit_id = t.permit_id, settled_at = :now,
            holder = case when t.state = 'unknown' then m.holder end
        from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:states as text[]), cast(:reasons as text[]),
                    cast(:bounced as boolean[]), cast(:permits as uuid[]))
             as t(customer_id, id, state, reason, bounced, permit_id)
        where {_HELD} and m.state in ('waiting', 'claimed', 'unknown') returning m.id
        """,
        {
            "holder": holder,
            "now": tx.now,
            **_keys([outcome.message for outcome in outcomes]),
            "states": [outcome.state.value for outcome in outcomes],
            "reasons": [outcome.reason for outcome in outcomes],
            "bounced": [outcome.bounced for outcome in outcomes],
            "permits": [outcome.permit_id for outcome in outcomes],
        },
    )
    written = {row["id"] for row in rows}
    settled = [outcome for outcome in outcomes if outcome.message.id in written]
    await _free_addresses(tx, settled)
    return settled


async def postpone(tx: Tx, holder: int, postponed: Sequence[Postponed]) -> None:
    """Back to waiting, free for any sender. `attempts` counts what was met in a row for one reason."""
    await tx.execute(
        f"""
        update messages m
        set state = 'waiting', holder = null, claimed_at = null, not_before = t.until, reason = null,
            deferred_for = t.reason,
            attempts = case when m.deferred_for = t.reason then m.attempts + 1 else 1 end
        from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:untils as timestamptz[]),
                    cast(:reasons as text[])) as t(customer_id, id, until, reason)
        where {_HELD} and m.state in ('waiting', 'claimed', 'unknown')
        """,
        {
            "holder": holder,
            **_keys([postponement.message for postponement in postponed]),
            "untils": [postponement.until for postponement in postponed],
            "reasons": [postponement.reason for postponement in postponed],
        },
    )


async def release(tx: Tx, holder: int, messages: Sequence[Message]) -> None:
    """Give reserved messages back as they were."""
    await tx.execute(
        f"update messages m set holder = null from {_THESE} where {_HELD} and m.state = 'waiting'",
        {"holder": holder, **_keys(messages)},
    )


async def holders(tx: Tx) -> list[int]:
    """Every sender that has rows in hand, present or gone."""
    rows = await tx.rows(
        "select distinct holder from messages where holder is not null and state in ('waiting', 'claimed')"
    )
    return [row["holder"] for row in rows]


async def is_gone(tx: Tx, holder: int) -> bool:
    """Whether the sender's session lock is free: its session has ended. Never asked of a clock."""
    return bool(await tx.value("select pg_try_advisory_xact_lock(:holder)", {"holder": holder}))


async def take_back(tx: Tx, holder: int) -> tuple[int, list[Message]]:
    """Free what a gone sender had reserved; what it had claimed becomes unknown. Returns how many, and which."""
    freed = await tx.execute(
        "update messages set holder = null where holder = :holder and state = 'waiting'", {"holder": holder}
    )
    rows = await tx.rows(
        f"""update messages m set state = 'unknown', reason = 'sender-gone', settled_at = :now
            where holder = :holder and state = 'claimed' returning {MESSAGE_COLUMNS}""",
        {"holder": holder, "now": tx.now},
    )
    return freed.rowcount, [message_of(row) for row in rows]


async def count_due(tx: Tx) -> int:
    """Messages that wait and are due."""
    return int(await tx.value(f"select count(*) from messages where {_DUE}", {"now": tx.now}))


async def declare_due_unknown(tx: Tx, reason: str, size: int) -> list[Message]:
    """Up to `size` of them become unknown; returns these."""
    rows = await tx.rows(
        f"""with due as materialized (
                select customer_id, id from messages where {_DUE} order by customer_id, id limit :size for update
            )
            update messages m set state = 'unknown', reason = :reason, settled_at = :now, holder = null
            from due where m.customer_id = due.customer_id and m.id = due.id returning {MESSAGE_COLUMNS}""",
        {"now": tx.now, "reason": reason, "size": size},
    )
    return [message_of(row) for row in rows]


async def settle_by_hand(tx: Tx, message_id: UUID, state: MessageState, reason: str | None, by: str) -> Message | None:
    """An operator's word on an unknown message; None when there is no such."""
    row = await tx.row(
        f"""update messages m set state = :state, reason = :reason, settled_at = :now, settled_by = :by, holder = null
            where id = :id and state = 'unknown' returning {MESSAGE_COLUMNS}""",
        {"id": message_id, "state": state.value, "reason": reason, "now": tx.now, "by": by},
    )
    return message_of(row) if row is not None else None


async def refuse_waiting(tx: Tx, customer_ids: Sequence[UUID], reason: str) -> list[Message]:
    """Waiting messages to these customers that no sender has in hand are refused; returns them."""
    rows = await tx.rows(
        f"""update messages m set state = 'refused', reason = :reason, settled_at = :now
            where customer_id = any(cast(:ids as uuid[])) and state = 'waiting' and holder is null
            returning {MESSAGE_COLUMNS}""",
        {"ids": list(customer_ids), "reason": reason, "now": tx.now},
    )
    return [message_of(row) for row in rows]


async def refuse_messages(tx: Tx, keys: Sequence[tuple[UUID, UUID]], reason: str) -> list[Message]:
    """Those of these that wait, and no sender has in hand, are refused; returns them."""
    rows = await tx.rows(
        f"""update messages m set state = 'refused', reason = :reason, settled_at = :now from {_THESE}
            where m.customer_id = t.customer_id and m.id = t.id and m.state = 'waiting' and m.holder is null
            returning {MESSAGE_COLUMNS}""",
        {
            "reason": reason,
            "now": tx.now,
            "customers": [customer_id for customer_id, _ in keys],
            "ids": [message_id for _, message_id in keys],
        },
    )
    return [message_of(row) for row in rows]


async def sent_since(tx: Tx, customer_ids: Sequence[UUID], since: datetime) -> dict[UUID, list[Sent]]:
    """What these customers were sent after `since`, or may have been."""
    rows = await tx.rows(
        """select customer_id, campaign_id, purpose, claimed_at from messages
           where customer_id = any(cast(:ids as uuid[])) and claimed_at > :since
           and state in ('claimed', 'handed_over', 'unknown')""",
        {"ids": list(customer_ids), "since": since},
    )
    sent: dict[UUID, list[Sent]] = defaultdict(list)
    for row in rows:
        sent[row["customer_id"]].append(Sent(row["claimed_at"], row["campaign_id"], row["purpose"]))
    return sent


async def make_due(tx: Tx, campaign_id: UUID, reason: str) -> None:
    """What waited for `reason` need not wait any longer."""
    await tx.execute(
        """update messages set not_before = :now
           where campaign_id = :campaign and state = 'waiting' and deferred_for = :reason and not_before > :now""",
        {"campaign": campaign_id, "reason": reason, "now": tx.now},
    )


async def make_all_due(tx: Tx, campaign_id: UUID) -> None:
    """Every waiting message of the campaign goes to the gate at once."""
    await tx.execute(
        """update messages set not_before = :now
           where campaign_id = :campaign and state = 'waiting' and not_before > :now""",
        {"campaign": campaign_id, "now": tx.now},
    )


async def _free_addresses(tx: Tx, settled: Sequence[Settled]) -> None:
    lost = [outcome.message.id for outcome in settled if outcome.state in (MessageState.REFUSED, MessageState.FAILED)]
    if lost:
        await tx.execute(
            """delete from address_claims a using messages m
               where m.id = any(cast(:ids as uuid[])) and m.customer_id = any(cast(:customers as uuid[]))
               and a.message_id = m.id and a.customer_id = m.customer_id""",
            {"ids": lost, "customers": [outcome.message.customer_id for outcome in settled]},
        )


def _keys(messages: Sequence[Message]) -> dict[str, list[UUID]]:
    return {"customers": [message.customer_id for message in messages], "ids": [message.id for message in messages]}


def message_of(row: RowMapping) -> Message:
    """The message in a row of MESSAGE_COLUMNS."""
    return Message(
        id=row["id"],
        customer_id=row["customer_id"],
        campaign_id=row["campaign_id"],
        entry_id=row["entry_id"],
        terms_id=row["terms_id"],
        step=row["step"],
        channel=row["channel"],
        expires_at=row["expires_at"],
        attempts=row["attempts"],
        deferred_for=row["deferred_for"],
        context=row["context"],
    )
