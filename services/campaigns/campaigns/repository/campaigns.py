"""Campaigns and their versions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import RowMapping

from services.campaigns.campaigns.domain.campaign import Campaign, State
from services.campaigns.campaigns.repository.definitions import dump_definition, load_definition
from shared.database.transaction import Tx

_ALL = "select id, version, state, definition, salt, run_id, created_at, started_at from campaigns"


async def add(tx: Tx, campaign: Campaign, by: str) -> None:
    """Store a new campaign and its first version."""
    await tx.execute(
        """
        insert into campaigns (id, version, state, definition, salt, run_id, created_at, started_at)
        values (:id, :version, :state, cast(:definition as jsonb), :salt, :run_id, :created_at, :started_at)
        """,
        {**_values(campaign), "salt": campaign.salt, "run_id": campaign.run_id, "created_at": campaign.created_at},
    )
    await _add_version(tx, campaign, by)


async def update(tx: Tx, campaign: Campaign, by: str) -> None:
    """Store a campaign under its new version."""
    await tx.execute(
        """
        update campaigns set version = :version, state = :state, definition = cast(:definition as jsonb),
               started_at = :started_at where id = :id
        """,
        _values(campaign),
    )
    await _add_version(tx, campaign, by)


async def find(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> Campaign | None:
    """The campaign, locked against other changes when asked."""
    row = await tx.row(f"{_ALL} where id = :id {'for update' if lock else ''}", {"id": campaign_id})
    return _campaign(row) if row is not None else None


async def page(tx: Tx, *, after: UUID | None, state: State | None, limit: int) -> list[Campaign]:
    """Campaigns in the order of their making."""
    rows = await tx.rows(
        f"""{_ALL} where (cast(:after as uuid) is null or id > :after)
            and (cast(:state as text) is null or state = :state) order by id limit :limit""",
        {"after": after, "state": state.value if state else None, "limit": limit},
    )
    return [_campaign(row) for row in rows]


async def enrolling(tx: Tx) -> list[Campaign]:
    """Campaigns whose triggers count: running ones, and paused ones, whose messages wait."""
    rows = await tx.rows(f"{_ALL} where state in ('running', 'paused') and definition->'trigger'->>'kind' <> 'one_off'")
    return [_campaign(row) for row in rows]


async def finished_one_offs(tx: Tx) -> list[Campaign]:
    """Running one-offs of which no message waits any more, locked."""
    rows = await tx.rows(
        f"""{_ALL} where state = 'running' and definition->'trigger'->>'kind' = 'one_off' and not exists
            (select from messages m where m.campaign_id = campaigns.id and m.state in ('waiting', 'claimed'))
            for update"""
    )
    return [_campaign(row) for row in rows]


async def _add_version(tx: Tx, campaign: Campaign, by: str) -> None:
    await tx.execute(
        """
        insert into campaign_versions (campaign_id, version, definition, changed_at, changed_by)
        values (:id, :version, cast(:definition as jsonb), :now, :by)
        """,
        {**_values(campaign), "now": tx.now, "by": by},
    )


def _values(campaign: Campaign) -> dict[str, object]:
    return {
        "id": campaign.id,
        "version": campaign.version,
        "state": campaign.state.value,
        "definition": dump_definition(campaign.definition),
        "started_at": campaign.started_at,
    }


def _campaign(row: RowMapping) -> Campaign:
    return Campaign(
        id=row["id"],
        version=row["version"],
        state=State(row["state"]),
        definition=load_definition(row["definition"]),
        salt=row["salt"],
        run_id=row["run_id"],
        created_at=row["created_at"],
        started_at=row["started_at"],
    )
