"""Journeys and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.journey import Journey, JourneyState, Version
from shared.database.transaction import Tx

_DEFINITION: TypeAdapter[Definition] = TypeAdapter(Definition)
_COLUMNS = """id, version, state, draft, live, salt, run_id, created_at, started_at, running_since, paused_at,
              pause_mode, state_reason, archived, filling, filled_after, scheduled_at"""


async def add(tx: Tx, journey: Journey) -> None:
    """Store a new journey."""
    await tx.execute(
        f"""
        insert into journeys ({_COLUMNS})
        values (:id, :version, :state, cast(:draft as jsonb), :live, :salt, :run_id, :created_at, :started_at,
                :running_since, :paused_at, :pause_mode, :state_reason, :archived, :filling, :filled_after,
                :scheduled_at)
        """,
        _values(journey),
    )


async def update(tx: Tx, journey: Journey) -> None:
    """Store a journey as it is now."""
    await tx.execute(
        """
        update journeys set version = :version, state = :state, draft = cast(:draft as jsonb), live = :live,
               run_id = :run_id, started_at = :started_at, running_since = :running_since, paused_at = :paused_at,
               pause_mode = :pause_mode, state_reason = :state_reason, archived = :archived, filling = :filling,
               filled_after = :filled_after, scheduled_at = :scheduled_at
        where id = :id
        """,
        _values(journey),
    )


async def find(tx: Tx, journey_id: UUID, *, lock: bool = False) -> Journey | None:
    """The journey, locked against other changes when asked."""
    row = await tx.row(
        f"select {_COLUMNS} from journeys where id = :id {'for update' if lock else ''}", {"id": journey_id}
    )
    return _journey(row) if row is not None else None


async def page(tx: Tx, *, after: UUID | None, state: JourneyState | None, archived: bool, limit: int) -> list[Journey]:
    """Journeys in the order of their making."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from journeys where (cast(:after as uuid) is null or id > :after)
            and (cast(:state as text) is null or state = :state) and archived = :archived order by id limit :limit""",
        {"after": after, "state": state.value if state else None, "archived": archived, "limit": limit},
    )
    return [_journey(row) for row in rows]


async def find_many(tx: Tx, journey_ids: Sequence[UUID]) -> dict[UUID, Journey]:
    """These journeys, by id."""
    rows = await tx.rows(
        f"select {_COLUMNS} from journeys where id = any(cast(:ids as uuid[]))", {"ids": list(journey_ids)}
    )
    return {row["id"]: _journey(row) for row in rows}


async def filling(tx: Tx) -> list[UUID]:
    """Journeys that members of a segment are entering."""
    return [row["id"] for row in await tx.rows("select id from journeys where filling and state = 'running'")]


async def scheduled(tx: Tx) -> list[UUID]:
    """Journeys whose next run is due."""
    rows = await tx.rows(
        "select id from journeys where scheduled_at <= :now and state = 'running' and not filling", {"now": tx.now}
    )
    return [row["id"] for row in rows]


async def running(tx: Tx) -> list[Journey]:
    """Journeys whose travellers go on."""
    return [_journey(row) for row in await tx.rows(f"select {_COLUMNS} from journeys where state = 'running'")]


async def fingerprint(tx: Tx) -> tuple[int, int]:
    """Changes whenever a journey that may be entered starts, ends, or changes."""
    row = await tx.row(
        """select count(*) as count,
                  cast(coalesce(sum(cast(hashtextextended(cast(id as text), version) as numeric)), 0) as text) as sum
           from journeys where state in ('running', 'paused')"""
    )
    assert row is not None, "an aggregate has a row"
    return row["count"], int(row["sum"])


async def entering(tx: Tx) -> list[tuple[Journey, Version]]:
    """Journeys that may be entered, also paused ones, each with the version that newcomers enter."""
    rows = await tx.rows(
        f"""select {_COLUMNS}, v.definition, v.published_at, v.published_by from journeys
            join journey_versions v on v.journey_id = journeys.id and v.number = journeys.live
            where state in ('running', 'paused')"""
    )
    return [
        (
            journey := _journey(row),
            Version(journey.id, row["live"], load(row["definition"]), row["published_at"], row["published_by"]),
        )
        for row in rows
    ]


async def add_version(tx: Tx, version: Version) -> None:
    """Publish a version."""
    await tx.execute(
        """insert into journey_versions (journey_id, number, definition, published_at, published_by)
           values (:journey_id, :number, cast(:definition as jsonb), :at, :by)""",
        {
            "journey_id": version.journey_id,
            "number": version.number,
            "definition": dump(version.definition),
            "at": version.published_at,
            "by": version.published_by,
        },
    )


async def versions(tx: Tx, journey_id: UUID) -> list[Version]:
    """Every version that was published, the first one first."""
    rows = await tx.rows("select * from journey_versions where journey_id = :id order by number", {"id": journey_id})
    return [_version(row) for row in rows]


async def find_versions(tx: Tx, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Version]:
    """These versions, by journey and number."""
    rows = await tx.rows(
        """select v.* from journey_versions v
           join unnest(cast(:ids as uuid[]), cast(:numbers as int[])) as t(journey_id, number)
           using (journey_id, number)""",
        {"ids": [journey_id for journey_id, _ in wanted], "numbers": [number for _, number in wanted]},
    )
    return {(row["journey_id"], row["number"]): _version(row) for row in rows}


async def using_segment(tx: Tx, segment_ids: Sequence[UUID]) -> list[Journey]:
    """Running journeys that are entered by one of these segments, locked."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from journeys where state = 'running' and exists (
                select from journey_versions v where v.journey_id = journeys.id and v.number = journeys.live
                and v.definition->'entry'->>'segment_id' = any(cast(:ids as text[])))
            order by id for update""",
        {"ids": [str(segment_id) for segment_id in segment_ids]},
    )
    return [_journey(row) for row in rows]


def dump(definition: Definition) -> str:
    """The definition as JSON text."""
    return _DEFINITION.dump_json(definition).decode()


def load(stored: Any) -> Definition:
    """The definition in a jsonb value."""
    return _DEFINITION.validate_json(orjson.dumps(stored))


def _values(journey: Journey) -> dict[str, object]:
    return {
        "id": journey.id,
        "version": journey.version,
        "state": journey.state.value,
        "draft": dump(journey.draft),
        "live": journey.live,
        "salt": journey.salt,
        "run_id": journey.run_id,
        "created_at": journey.created_at,
        "started_at": journey.started_at,
        "running_since": journey.running_since,
        "paused_at": journey.paused_at,
        "pause_mode": journey.pause_mode,
        "state_reason": journey.state_reason,
        "archived": journey.archived,
        "filling": journey.filling,
        "filled_after": journey.filled_after,
        "scheduled_at": journey.scheduled_at,
    }


def _journey(row: RowMapping) -> Journey:
    return Journey(
        id=row["id"],
        version=row["version"],
        state=JourneyState(row["state"]),
        draft=load(row["draft"]),
        live=row["live"],
        salt=row["salt"],
        run_id=row["run_id"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        running_since=row["running_since"],
        paused_at=row["paused_at"],
        pause_mode=row["pause_mode"],
        state_reason=row["state_reason"],
        archived=row["archived"],
        filling=row["filling"],
        filled_after=row["filled_after"],
        scheduled_at=row["scheduled_at"],
    )


def _version(row: RowMapping) -> Version:
    return Version(row["journey_id"], row["number"], load(row["definition"]), row["published_at"], row["published_by"])
