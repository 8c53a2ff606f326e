"""Facts, profiles and consents of customers, as the events brought them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.customers.stores import deleted
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

STORES = deleted("facts", "profiles", "consents")
"""The tables that hold a customer's data here."""

COLUMNS = {
    "customer_id": "uuid",
    "time": "timestamptz",
    "event_id": "uuid",
    "line": "smallint",
    "event": "text",
    "recorded_at": "timestamptz",
    "amount": "bigint",
    "items": "bigint",
    "quantity": "double precision",
    "cost": "bigint",
    **dict.fromkeys(
        ("channel", "store", "product", "category", "brand", "department", "direction", "outcome", "kind", "campaign"),
        "text",
    ),
}
_NAMES = ", ".join(COLUMNS)
_ROW = attrgetter(*COLUMNS)
_INSERT_FACTS = text(
    f"insert into facts ({_NAMES}) select * from unnest("
    + ", ".join(f"cast(:{name} as {kind}[])" for name, kind in COLUMNS.items())
    + ") on conflict do nothing"
)
_DELETE_FACTS = text("""
    delete from facts f
    using unnest(cast(:times as timestamptz[]), cast(:events as uuid[])) as gone(time, event_id)
    where f.customer_id = :customer_id and f.time = gone.time and f.event_id = gone.event_id
""")
_READ_FACTS = text(f"""
    select {_NAMES} from facts where customer_id = any(cast(:ids as uuid[])) order by recorded_at, event_id, line
""")
_READ_SOME_FACTS = text(f"""
    select {_NAMES} from facts where customer_id = any(cast(:ids as uuid[])) and event = any(cast(:kinds as text[]))
      and time >= coalesce(cast(:since as timestamptz), '-infinity') order by recorded_at, event_id, line
""")
# An older version of the record never overwrites a newer one, whatever the order of arrival.
_PUT_PROFILES = text("""
    insert into profiles as p (customer_id, attributes, version, changed_at)
    select * from unnest(cast(:ids as uuid[]), cast(:attributes as jsonb[]), cast(:versions as bigint[]),
                         cast(:times as timestamptz[])) order by 1
    on conflict (customer_id) do update
    set attributes = excluded.attributes, version = excluded.version, changed_at = excluded.changed_at
    where p.version <= excluded.version
""")
_PUT_CONSENTS = text("""
    insert into consents as c (customer_id, channel, purpose, state, expires_at, version, changed_at)
    select * from unnest(cast(:ids as uuid[]), cast(:channels as text[]), cast(:purposes as text[]),
                         cast(:states as text[]), cast(:expiries as timestamptz[]), cast(:versions as bigint[]),
                         cast(:times as timestamptz[])) order by 1, 2, 3
    on conflict (customer_id, channel, purpose) do update
    set state = excluded.state, expires_at = excluded.expires_at, version = excluded.version,
        changed_at = excluded.changed_at
    where c.version <= excluded.version
""")
_PROFILES = text("select customer_id, attributes from profiles where customer_id = any(cast(:ids as uuid[]))")
_CONSENTS = text("""
    select customer_id, channel, purpose, state, expires_at, changed_at from consents
    where customer_id = any(cast(:ids as uuid[])) order by changed_at, customer_id
""")
# By a partial index that holds nobody else.
_OBJECTING = text("""
    select distinct customer_id from consents
    where customer_id = any(cast(:ids as uuid[])) and purpose = 'profiling' and state = 'denied'
""")


async def add_facts(tx: Tx, facts: Sequence[Any]) -> None:
    """Store facts; one that is there already stays as it is."""
    if not facts:
        return
    rows = list(map(_ROW, facts))
    if not await tx.copy_new("facts", COLUMNS, rows):
        await tx.execute(_INSERT_FACTS, dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


async def delete_facts(tx: Tx, customer_id: UUID, events: Sequence[tuple[datetime, UUID]]) -> None:
    """The facts of these events (when each occurred, and its id) are gone."""
    times, ids = [time for time, _ in events], [id for _, id in events]
    await tx.execute(_DELETE_FACTS, {"customer_id": customer_id, "times": times, "events": ids})


async def facts_of(
    tx: Tx, customer_ids: Iterable[UUID], kinds: Sequence[str] | None = None, since: datetime | None = None
) -> Sequence[Any]:
    """The facts of these customers, in the order in which they were recorded; of these kinds and since then, if given.

    What claims the future counts from its recording: it may carry a later time, but never an earlier one.
    """
    ids = {"ids": list(customer_ids)}
    if kinds is None:
        return (await tx.execute(_READ_FACTS, ids)).all()
    if not kinds:
        return []
    return (await tx.execute(_READ_SOME_FACTS, {**ids, "kinds": list(kinds), "since": since})).all()


async def put_profiles(tx: Tx, rows: Sequence[tuple[UUID, dict[str, Any], int, Any]]) -> None:
    """Store (customer, attributes, version, changed at); one row a customer."""
    if rows:
        ids, attributes, versions, times = zip(*rows, strict=True)
        await tx.execute(
            _PUT_PROFILES,
            {"ids": list(ids), "attributes": [to_jsonb(values) for values in attributes],
             "versions": list(versions), "times": list(times)},
        )  # fmt: skip


async def put_consents(tx: Tx, rows: Sequence[tuple[UUID, str, str, str, Any, int, Any]]) -> None:
    """Store (customer, channel, purpose, state, expiry, version, changed at); one row a customer, channel, purpose."""
    if rows:
        names = ("ids", "channels", "purposes", "states", "expiries", "versions", "times")
        columns = [list(column) for column in zip(*rows, strict=True)]
        await tx.execute(_PUT_CONSENTS, dict(zip(names, columns, strict=True)))


async def profiles_of(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Attributes by customer."""
    rows = await tx.rows(_PROFILES, {"ids": list(customer_ids)})
    return {row["customer_id"]: row["attributes"] for row in rows}


async def consents_of(tx: Tx, customer_ids: Iterable[UUID]) -> Sequence[Any]:
    """The last record of each channel and purpose, the oldest first."""
    return await tx.rows(_CONSENTS, {"ids": list(customer_ids)})


async def objecting(tx: Tx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids under which somebody objects to profiling."""
    return {row["customer_id"] for row in await tx.rows(_OBJECTING, {"ids": list(customer_ids)})}
