"""Writing down what happened: one statement per table for a whole batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from services.interactions.domain.happenings import Happening
from shared.database.transaction import Tx

# Any number of batches, or one erasure: an erasure must not miss rows that a batch is about to commit.
_LOCK_SHARED = text("select pg_advisory_xact_lock_shared(hashtextextended('erasure', 0))")
_LOCK_ALONE = text("select pg_advisory_xact_lock(hashtextextended('erasure', 0))")
# Sorted, so that two workers that meet the same messages wait in one order.
_CLAIM = text("""
    insert into messages (digest) select * from unnest(cast(:digests as bytea[])) order by 1
    on conflict do nothing returning digest
""")
_GENERATIONS = text("""
    select fingerprint, generation from generations where fingerprint = any(cast(:prints as text[]))
""")
_ERASED = text("select customer_id from tombstones where customer_id = any(cast(:ids as uuid[]))")
_RATES = text("""
    select wanted.currency, wanted.day, (
        select r.rate from rates r
        where r.currency = wanted.currency and r.day <= wanted.day and r.day >= wanted.day - cast(:age as int)
        order by r.day desc limit 1
    ) as rate
    from unnest(cast(:currencies as text[]), cast(:days as date[])) as wanted(currency, day)
""")
# Not to_regclass: asked again after the lock, it answers from a cache that has not heard of the other worker's month.
_MISSING_MONTHS = text("""
    select month from unnest(cast(:months as text[])) as month
    where not exists (
        select from pg_class c
        where c.relname = 'interactions_' || month and c.relnamespace = 'public'::regnamespace
    )
    order by month
""")
_LOCK_MONTHS = text("select pg_advisory_xact_lock(hashtextextended('interactions months', 0))")
_INSERT = text("""
    insert into interactions (customer_id, time, id, kind, channel, origin, publisher, message_id, campaign_id,
                              currency, amount, base_amount, detail, cause, recorded_at)
    select customer_id, time, id, kind, channel, origin, publisher, message_id, campaign_id,
           currency, amount, base_amount, cast(detail as jsonb), cause, cast(:now as timestamptz)
    from unnest(cast(:customer_ids as uuid[]), cast(:times as timestamptz[]), cast(:ids as uuid[]),
                cast(:kinds as text[]), cast(:channels as text[]), cast(:origins as text[]),
                cast(:publishers as text[]), cast(:message_ids as text[]), cast(:campaign_ids as uuid[]),
                cast(:currencies as text[]), cast(:amounts as bigint[]), cast(:base_amounts as bigint[]),
                cast(:details as text[]), cast(:causes as uuid[]))
         as t(customer_id, time, id, kind, channel, origin, publisher, message_id, campaign_id,
              currency, amount, base_amount, detail, cause)
""")
_MARKS = text("""
    select customer_id, slot, digest from told_marks where customer_id = any(cast(:ids as uuid[]))
""")
_STORE_MARKS = text("""
    insert into told_marks (customer_id, slot, digest)
    select * from unnest(cast(:ids as uuid[]), cast(:slots as text[]), cast(:digests as bytea[])) order by 1, 2
    on conflict (customer_id, slot) do update set digest = excluded.digest
""")
_FIRST_MONTH = 2000 * 12


async def share_with_erasures(tx: Tx) -> None:
    """Wait for an erasure that is under way; further ones wait for this transaction."""
    await tx.execute(_LOCK_SHARED)


async def exclude_recordings(tx: Tx) -> None:
    """Wait for batches that are under way; further ones wait for this transaction."""
    await tx.execute(_LOCK_ALONE)


async def claim_messages(tx: Tx, digests: Sequence[bytes]) -> set[bytes]:
    """Those of `digests` (each once) that were never seen; they are seen from now on."""
    return {row["digest"] for row in await tx.rows(_CLAIM, {"digests": list(digests)})}


async def generations_of(tx: Tx, prints: Iterable[str]) -> dict[str, int]:
    """The generation of each of these fingerprints that has one; the others are at 0."""
    wanted = list(prints)
    if not wanted:
        return {}
    rows = await tx.rows(_GENERATIONS, {"prints": wanted})
    return {row["fingerprint"]: row["generation"] for row in rows}


async def erased_among(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """Those of `ids` that were erased."""
    return {row["customer_id"] for row in await tx.rows(_ERASED, {"ids": list(ids)})}


async def rates_for(
    tx: Tx, wanted: Iterable[tuple[str, date]], max_age_days: int
) -> dict[tuple[str, date], Decimal | None]:
    """For each (currency, day) the newest rate of that day or of the `max_age_days` before it."""
    pairs = list(wanted)
    if not pairs:
        return {}
    params = {"currencies": [c for c, _ in pairs], "days": [d for _, d in pairs], "age": max_age_days}
    return {(row["currency"], row["day"]): row["rate"] for row in await tx.rows(_RATES, params)}


async def insert_happenings(tx: Tx, happenings: Sequence[Happening]) -> None:
    """Store them; makes the monthly partitions they need."""
    await _ensure_months(tx, {h.time.year * 12 + h.time.month - 1 for h in happenings})
    await tx.execute(
        _INSERT,
        {
            "now": tx.now,
            "customer_ids": [h.customer_id for h in happenings],
            "times": [h.time for h in happenings],
            "ids": [h.id for h in happenings],
            "kinds": [h.kind for h in happenings],
            "channels": [h.channel for h in happenings],
            "origins": [h.origin.value for h in happenings],
            "publishers": [h.publisher for h in happenings],
            "message_ids": [h.message_id for h in happenings],
            "campaign_ids": [h.campaign_id for h in happenings],
            "currencies": [h.currency for h in happenings],
            "amounts": [h.amount for h in happenings],
            "base_amounts": [h.base_amount for h in happenings],
            "details": [h.detail for h in happenings],
            "causes": [h.cause.id if h.cause else None for h in happenings],
        },
    )


async def known_marks(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, dict[str, bytes]]:
    """What customers was told about each of `ids`: slot -> digest."""
    known: dict[UUID, dict[str, bytes]] = {}
    for row in await tx.rows(_MARKS, {"ids": list(ids)}):
        known.setdefault(row["customer_id"], {})[row["slot"]] = row["digest"]
    return known


async def store_marks(tx: Tx, marks: Mapping[tuple[UUID, str], bytes]) -> None:
    """Remember what customers is being told."""
    await tx.execute(
        _STORE_MARKS,
        {"ids": [i for i, _ in marks], "slots": [s for _, s in marks], "digests": list(marks.values())},
    )


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
