"""SQL of the log of interactions: one statement per table for a whole batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.interactions.recording.domain.interactions import NewInteraction, RecordedInteraction
from shared.customers.stores import Store, deleted
from shared.database.transaction import Tx

# Sorted, so that two workers that meet the same messages wait in one order.
_CLAIM = text("""
    insert into messages (digest, content)
    select * from unnest(cast(:digests as bytea[]), cast(:contents as bytea[])) order by 1
    on conflict do nothing returning digest
""")
_CONTENTS = text("""
    select digest, content from messages where digest = any(cast(:digests as bytea[])) and content is not null
""")
# Not to_regclass: asked again after the lock, it answers from a cache without the other worker's month.
_MISSING_MONTHS = text("""
    select month from unnest(cast(:months as text[])) as month
    where not exists (
        select from pg_class c
        where c.relname = 'interactions_' || month and c.relnamespace = 'public'::regnamespace
    )
    order by month
""")
_LOCK_MONTHS = text("select pg_advisory_xact_lock(hashtextextended('interactions months', 0))")
_COLUMNS = (
    "customer_id", "time", "id", "kind", "channel", "origin", "publisher", "message_id", "campaign_id", "currency",
    "amount", "base_amount", "detail", "cause", "recorded_at",
)  # fmt: skip
_OBSERVATIONS = text("""
    select customer_id, slot, digest from told_marks where customer_id = any(cast(:ids as uuid[]))
""")
_TOLD_ABOUT = text("""
    select t.customer_id from told_marks t
    join unnest(cast(:ids as uuid[]), cast(:slots as text[])) as n(customer_id, slot) using (customer_id, slot)
""")
_TOLD_ABOUT_OTHERS = text("""
    select distinct slot from told_marks
    where slot = any(cast(:slots as text[])) and slot not in ('traits', 'browser:traits')
      and customer_id <> all(cast(:ids as uuid[]))
""")
_STORE_OBSERVATIONS = text("""
    insert into told_marks (customer_id, slot, digest)
    select * from unnest(cast(:ids as uuid[]), cast(:slots as text[]), cast(:digests as bytea[])) order by 1, 2
    on conflict (customer_id, slot) do update set digest = excluded.digest
""")
# Without what was anonymised: it belongs to nobody, and no event tells of it.
_PAGE = text("""
    select customer_id, time, id, kind, channel, campaign_id, currency, amount, base_amount, detail, recorded_at
    from interactions
    where (cast(:after as uuid) is null or id > :after) and (message_id is not null or cause is not null)
    order by id limit :limit
""")
_DELETE = text("delete from interactions where customer_id = any(cast(:ids as uuid[]))")
_RETRACT = text("""
    delete from interactions i
    using unnest(cast(:customer_ids as uuid[]), cast(:times as timestamptz[]), cast(:ids as uuid[]))
          as gone(customer_id, time, id)
    where i.customer_id = gone.customer_id and i.time = gone.time and i.id = gone.id
      and i.time between :first and :last
    returning i.id
""")
_MOVE = text("""
    with moved as (
        update interactions i set customer_id = n.customer_id
        from unnest(cast(:visitors as uuid[]), cast(:customers as uuid[])) as n(visitor_id, customer_id)
        where i.customer_id = n.visitor_id and i.time >= :since
        returning i.customer_id, i.time, i.id, i.kind, i.channel, i.origin, i.campaign_id, i.currency, i.amount,
                  i.base_amount, i.detail
    )
    select * from moved order by id
""")
_FORGET = text("delete from messages where digest = any(cast(:digests as bytea[]))")
_SEEN = text("select digest from messages where digest = any(cast(:digests as bytea[]))")
# The same order as another publisher told it: of the same customer, on the same day or the next in some time zone.
_SAME_ORDERS = text("""
    select distinct n.number
    from unnest(cast(:customer_ids as uuid[]), cast(:times as timestamptz[]), cast(:kinds as text[]),
                cast(:orders as text[])) with ordinality as n(customer_id, time, kind, order_id, number)
    join interactions i on i.customer_id = n.customer_id and i.kind = n.kind
        and i.time between n.time - interval '36 hours' and n.time + interval '36 hours'
        and i.detail ->> 'order_id' = n.order_id
    where i.time between cast(:first as timestamptz) - interval '36 hours'
                     and cast(:last as timestamptz) + interval '36 hours'
""")
_FIRST_MONTH = 2000 * 12
_BASKETS = "kind in ('purchase', 'return')"
_OF_THE_PERSON = "interactions where customer_id = any(cast(:ids as uuid[]))"
# What an erasure deletes here, or takes the person out of. What was bought keeps its amounts, without a thread back:
# one fresh id for all of it, no ids of the publisher, no free fields. Its own id could be derived again from the
# publisher's.
STORES = (
    Store(
        "interactions",
        f"{_OF_THE_PERSON} and {_BASKETS}",
        f"""update interactions
            set customer_id = (cast(:fresh as uuid[]))[1], id = gen_random_uuid(), message_id = null, cause = null,
                detail = detail - '{{order_id,payment,store}}'::text[]
            where customer_id = any(cast(:ids as uuid[])) and {_BASKETS}""",
    ),
    Store("interactions", f"{_OF_THE_PERSON} and not {_BASKETS}"),
    *deleted("told_marks"),
    Store("outbox", "outbox where topic = 'customers-inbound' and key = any(cast(:ids as uuid[]))"),
)


async def claim_messages(tx: Tx, messages: Mapping[bytes, bytes | None]) -> set[bytes]:
    """Those messages (digest -> content) that were never seen; they are seen from now on."""
    wanted = {"digests": list(messages), "contents": list(messages.values())}
    return {row["digest"] for row in await tx.rows(_CLAIM, wanted)}


async def contents_of(tx: Tx, digests: Iterable[bytes]) -> dict[bytes, bytes]:
    """What each of these messages said when it was first seen, as far as that is known."""
    rows = await tx.rows(_CONTENTS, {"digests": sorted(digests)})
    return {row["digest"]: row["content"] for row in rows}


async def seen_messages(tx: Tx, digests: Sequence[bytes]) -> set[bytes]:
    """Those of `digests` that were seen before; nothing is claimed."""
    return {row["digest"] for row in await tx.rows(_SEEN, {"digests": list(digests)})}


async def forget_messages(tx: Tx, digests: Sequence[bytes]) -> None:
    """These messages may come again."""
    await tx.execute(_FORGET, {"digests": list(digests)})


async def delete_interactions(tx: Tx, recorded: Sequence[RecordedInteraction]) -> set[UUID]:
    """Delete these, wherever they still lie as they were recorded; returns the ids of those that did."""
    if not recorded:
        return set()
    times = [interaction.time for interaction in recorded]
    params = {
        "customer_ids": [interaction.customer_id for interaction in recorded],
        "times": times,
        "ids": [interaction.id for interaction in recorded],
        "first": min(times),
        "last": max(times),
    }
    return {row["id"] for row in await tx.rows(_RETRACT, params)}


async def same_orders(tx: Tx, orders: Sequence[tuple[UUID, datetime, str, str]]) -> set[int]:
    """Which of these (customer, time, kind, order number), by their place from 0, are recorded already."""
    if not orders:
        return set()
    customer_ids, times, kinds, numbers = (list(column) for column in zip(*orders, strict=True))
    params = {"customer_ids": customer_ids, "times": times, "kinds": kinds, "orders": numbers}
    rows = await tx.rows(_SAME_ORDERS, {**params, "first": min(times), "last": max(times)})
    return {row["number"] - 1 for row in rows}


async def move_interactions(tx: Tx, owners: Mapping[UUID, UUID], since: datetime) -> Sequence[RowMapping]:
    """What was kept of visitors (none of it before `since`) is their customers' from now on; returns the rows, in the
    order in which they were recorded."""
    if not owners:
        return []
    params = {"visitors": list(owners), "customers": list(owners.values()), "since": since}
    return await tx.rows(_MOVE, params)


async def delete_of_visitors(tx: Tx, ids: Sequence[UUID]) -> None:
    """Nothing is left that was kept of these visitors."""
    await tx.execute(_DELETE, {"ids": list(ids)})


async def insert_interactions(tx: Tx, interactions: Sequence[NewInteraction]) -> None:
    """Store them; makes the monthly partitions they need."""
    await _ensure_months(tx, {row.time.year * 12 + row.time.month - 1 for row in interactions})
    rows = [
        (
            row.customer_id, row.time, row.id, row.kind, row.channel, row.origin.value, row.publisher, row.message_id,
            row.campaign_id, row.currency, row.amount, row.base_amount, row.detail, row.cause.id if row.cause else None,
            tx.now,
        )
        for row in interactions
    ]  # fmt: skip
    await tx.copy("interactions", _COLUMNS, rows)


async def known_observations(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, dict[str, bytes]]:
    """What customers was told about each of `ids`: slot -> digest."""
    known: dict[UUID, dict[str, bytes]] = {}
    for row in await tx.rows(_OBSERVATIONS, {"ids": list(ids)}):
        known.setdefault(row["customer_id"], {})[row["slot"]] = row["digest"]
    return known


async def told_about(tx: Tx, marks: Iterable[tuple[UUID, str]]) -> set[UUID]:
    """Those customers of `marks` about whom customers was told under that very slot."""
    wanted = sorted(set(marks))
    params = {"ids": [customer_id for customer_id, _ in wanted], "slots": [slot for _, slot in wanted]}
    return {row["customer_id"] for row in await tx.rows(_TOLD_ABOUT, params)} if wanted else set()


async def told_about_others(tx: Tx, slots: Iterable[str], ids: Sequence[UUID]) -> set[str]:
    """Those of `slots` under which customers was told about somebody who is none of `ids`."""
    wanted = {"slots": sorted(slots), "ids": list(ids)}
    return {row["slot"] for row in await tx.rows(_TOLD_ABOUT_OTHERS, wanted)}


async def store_observations(tx: Tx, observations: Mapping[tuple[UUID, str], bytes]) -> None:
    """Remember what customers is being told."""
    await tx.execute(
        _STORE_OBSERVATIONS,
        {
            "ids": [customer_id for customer_id, _ in observations],
            "slots": [slot for _, slot in observations],
            "digests": list(observations.values()),
        },
    )


async def page_of_interactions(tx: Tx, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """The next interactions, in the order of their ids."""
    return await tx.rows(_PAGE, {"after": after, "limit": limit})


async def _ensure_months(tx: Tx, months: set[int]) -> None:
    # Asked every time (0.2 ms a batch): a memory of what was made would be wrong after a rollback.
    wanted = {f"{m // 12:04}{m % 12 + 1:02}": m for m in months if m >= _FIRST_MONTH}
    missing = await tx.rows(_MISSING_MONTHS, {"months": list(wanted)})
    if not missing:
        return
    await tx.execute(_LOCK_MONTHS)
    for row in await tx.rows(_MISSING_MONTHS, {"months": list(wanted)}):
        month, name = wanted[row["month"]], f"interactions_{row['month']}"
        # Attached, not created in place: that would wait for every reader of the table, and hold up those behind it.
        await tx.execute(f"create table {name} (like interactions including all)")
        await tx.execute(
            f"alter table interactions attach partition {name}"
            f" for values from ('{_first_day(month)} 00:00:00+00') to ('{_first_day(month + 1)} 00:00:00+00')"
        )


def _first_day(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}-01"
