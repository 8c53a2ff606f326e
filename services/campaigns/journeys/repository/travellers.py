"""Travellers: entering, being due, and where the step has brought them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from services.campaigns.journeys.domain.travellers import NewTraveller, Place, Traveller, traveller_id
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_FIELDS = [field.name for field in fields(Traveller)]
_COLUMNS = ", ".join(f"t.{name}" for name in _FIELDS)


@dataclass(frozen=True, slots=True)
class Entered:
    """When a customer last entered a journey with one key, whether they are inside still, and what led to it."""

    customer_id: UUID
    journey_id: UUID
    key: str
    last: datetime
    inside: bool
    entries: frozenset[UUID]


async def entered(tx: Tx, journey_ids: Sequence[UUID], customer_ids: Sequence[UUID]) -> list[Entered]:
    """How these ids entered these journeys so far."""
    rows = await tx.rows(
        """
        select customer_id, journey_id, key, max(entered_at) as last, bool_or(place <> 'ended') as inside,
               array_agg(entry_id) as entries
        from travellers
        where customer_id = any(cast(:customers as uuid[])) and journey_id = any(cast(:journeys as uuid[]))
        group by 1, 2, 3
        """,
        {"customers": list(customer_ids), "journeys": list(journey_ids)},
    )
    return [
        Entered(
            row["customer_id"], row["journey_id"], row["key"], row["last"], row["inside"], frozenset(row["entries"])
        )
        for row in rows
    ]


async def add(tx: Tx, newcomers: Sequence[NewTraveller]) -> list[UUID]:
    """These stand at their first node and are due at once; who entered for the same reason already is not touched.
    Returns the ids of those who are new."""
    if not newcomers:
        return []
    rows = await tx.rows(
        """
        insert into travellers (customer_id, id, journey_id, version, entry_id, key, seed, node, place, since, due_at,
                                entered_at, goal_until, context)
        select customer_id, id, journey_id, version, entry_id, key, seed, node, 'ready', :now, :now, :now,
               cast(:now as timestamptz) + goal_within, cast(context as jsonb)
        from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:journeys as uuid[]),
                    cast(:versions as int[]), cast(:entries as uuid[]), cast(:keys as text[]), cast(:seeds as uuid[]),
                    cast(:nodes as text[]), cast(:goals as interval[]), cast(:contexts as text[]))
             as t(customer_id, id, journey_id, version, entry_id, key, seed, node, goal_within, context)
        order by customer_id, id
        on conflict do nothing returning id
        """,
        {
            "now": tx.now,
            "customers": [new.customer_id for new in newcomers],
            "ids": [traveller_id(new.journey_id, new.entry_id, new.customer_id, new.key) for new in newcomers],
            "journeys": [new.journey_id for new in newcomers],
            "versions": [new.version for new in newcomers],
            "entries": [new.entry_id for new in newcomers],
            "keys": [new.key for new in newcomers],
            "seeds": [new.seed for new in newcomers],
            "nodes": [new.node for new in newcomers],
            "goals": [new.goal_within for new in newcomers],
            "contexts": [to_jsonb(dict(new.context)) for new in newcomers],
        },
    )
    return [row["id"] for row in rows]


# Those who go on while their journey is paused: who was inside before, when messages are skipped.
_MOVING = """(j.state = 'running' or j.state = 'paused' and j.pause_mode = 'skip')"""
_GOES_ON = """(j.state = 'running' or t.entered_at < j.paused_at)"""


async def due(tx: Tx, size: int) -> list[tuple[UUID, UUID]]:
    """Customer and id of travellers whose step is due, the longest due first. Those of a journey that stands still are
    not looked at, so however many they are they delay nobody."""
    rows = await tx.rows(
        f"""
        select d.customer_id, d.id from journeys j cross join lateral (
            select t.customer_id, t.id, t.due_at from travellers t
            where t.journey_id = j.id and t.due_at <= :now and {_GOES_ON} order by t.due_at limit :size
        ) as d where {_MOVING} order by d.due_at limit :size
        """,
        {"now": tx.now, "size": size},
    )
    return [(row["customer_id"], row["id"]) for row in rows]


async def take(tx: Tx, keys: Sequence[tuple[UUID, UUID]]) -> list[Traveller]:
    """Those of these that are due still, locked until the commit."""
    rows = await tx.rows(
        f"""
        select {_COLUMNS} from travellers t
        join unnest(cast(:customers as uuid[]), cast(:ids as uuid[])) as k(customer_id, id)
             on t.customer_id = k.customer_id and t.id = k.id
        where t.due_at <= :now order by t.customer_id, t.id for update of t
        """,
        {"now": tx.now, "customers": [key[0] for key in keys], "ids": [key[1] for key in keys]},
    )
    return [traveller_of(row) for row in rows]


async def save(tx: Tx, moved: Sequence[tuple[Traveller, UUID | None]]) -> None:
    """Where these stand now, each with the message that it waits for; one statement."""
    await tx.execute(
        """
        update travellers t
        set node = k.node, place = k.place, since = k.since, due_at = k.due_at, steps = k.steps,
            listening = k.listening, heard_at = k.heard_at, message_id = k.message_id, ended_at = k.ended_at,
            end_reason = k.end_reason, version = k.version
        from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:nodes as text[]), cast(:places as text[]),
                    cast(:since as timestamptz[]), cast(:due as timestamptz[]), cast(:steps as int[]),
                    cast(:listening as boolean[]), cast(:heard as timestamptz[]), cast(:messages as uuid[]),
                    cast(:ended as timestamptz[]), cast(:reasons as text[]), cast(:versions as int[]))
             as k(customer_id, id, node, place, since, due_at, steps, listening, heard_at, message_id, ended_at,
                  end_reason, version)
        where t.customer_id = k.customer_id and t.id = k.id
        """,
        {
            "customers": [traveller.customer_id for traveller, _ in moved],
            "ids": [traveller.id for traveller, _ in moved],
            "nodes": [traveller.node for traveller, _ in moved],
            "places": [traveller.place.value for traveller, _ in moved],
            "since": [traveller.since for traveller, _ in moved],
            "due": [traveller.due_at for traveller, _ in moved],
            "steps": [traveller.steps for traveller, _ in moved],
            "listening": [traveller.listening for traveller, _ in moved],
            "heard": [traveller.heard_at for traveller, _ in moved],
            "messages": [message_id for _, message_id in moved],
            "ended": [traveller.ended_at for traveller, _ in moved],
            "reasons": [traveller.end_reason for traveller, _ in moved],
            "versions": [traveller.version for traveller, _ in moved],
        },
    )


async def listening(tx: Tx, customer_ids: Sequence[UUID]) -> list[Traveller]:
    """Travellers of these ids whose wait an event may end, locked."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from travellers t where listening and customer_id = any(cast(:ids as uuid[]))
            order by customer_id, id for update""",
        {"ids": list(customer_ids)},
    )
    return [traveller_of(row) for row in rows]


async def is_anybody_listening(tx: Tx) -> bool:
    """Whether any traveller at all waits for an event, or for its goal."""
    sql = """select exists (select from travellers where listening)
                 or exists (select from travellers where goal_until is not null and goal_at is null)"""
    return bool(await tx.value(sql))


async def awaiting(tx: Tx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids of which a traveller waits for an event, or may still reach its goal."""
    rows = await tx.rows(
        """select customer_id from travellers where listening and customer_id = any(cast(:ids as uuid[]))
           union
           select customer_id from travellers where goal_until >= :now and goal_at is null
           and customer_id = any(cast(:ids as uuid[]))""",
        {"ids": sorted(customer_ids), "now": tx.now},
    )
    return {row["customer_id"] for row in rows}


async def wake(tx: Tx, woken: Sequence[tuple[Traveller, datetime, bool]]) -> None:
    """These are looked at again at the instant; (True) because what they waited for has happened."""
    await tx.execute(
        """
        update travellers t
        set due_at = least(t.due_at, k.at),
            heard_at = case when k.heard then coalesce(t.heard_at, k.at) else t.heard_at end
        from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:at as timestamptz[]),
                    cast(:heard as boolean[])) as k(customer_id, id, at, heard)
        where t.customer_id = k.customer_id and t.id = k.id and t.listening
        """,
        {
            "customers": [traveller.customer_id for traveller, _, _ in woken],
            "ids": [traveller.id for traveller, _, _ in woken],
            "at": [at for _, at, _ in woken],
            "heard": [heard for _, _, heard in woken],
        },
    )


async def with_goal(tx: Tx, customer_ids: Sequence[UUID]) -> list[Traveller]:
    """Travellers of these ids, also those at the end, that may still reach their goal, locked."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from travellers t
            where goal_until is not null and goal_at is null and customer_id = any(cast(:ids as uuid[]))
            order by customer_id, id for update""",
        {"ids": list(customer_ids)},
    )
    return [traveller_of(row) for row in rows]


async def reach_goal(tx: Tx, reached: Sequence[tuple[Traveller, datetime]]) -> None:
    """These reached their goal then."""
    await tx.execute(
        """update travellers t set goal_at = k.at
           from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:at as timestamptz[]))
                as k(customer_id, id, at)
           where t.customer_id = k.customer_id and t.id = k.id""",
        {
            "customers": [traveller.customer_id for traveller, _ in reached],
            "ids": [traveller.id for traveller, _ in reached],
            "at": [at for _, at in reached],
        },
    )


def traveller_of(row: RowMapping) -> Traveller:
    """The traveller in a row of their columns."""
    return Traveller(**{**{name: row[name] for name in _FIELDS}, "place": Place(row["place"])})
