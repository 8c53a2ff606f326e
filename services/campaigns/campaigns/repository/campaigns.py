"""Campaigns and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from services.campaigns.campaigns.domain.campaign import Campaign, CampaignState, Freezing
from services.campaigns.campaigns.repository.definitions import dump_definition, load_definition
from shared.database.transaction import Tx

_ALL = """
    select id, version, state, definition, salt, run_id, created_at, started_at, running_since, state_reason, freezing,
           frozen_after, members, entered from campaigns
"""


async def add(tx: Tx, campaign: Campaign, by: str) -> None:
    """Store a new campaign and its first version."""
    await tx.execute(
        """
        insert into campaigns (id, version, state, definition, salt, run_id, created_at, started_at, running_since,
                               state_reason, freezing)
        values (:id, :version, :state, cast(:definition as jsonb), :salt, :run_id, :created_at, :started_at,
                :running_since, :state_reason, :freezing)
        """,
        {**_values(campaign), "salt": campaign.salt, "run_id": campaign.run_id, "created_at": campaign.created_at},
    )
    await _add_version(tx, campaign, by)


async def update(tx: Tx, campaign: Campaign, by: str) -> None:
    """Store a campaign under its new version."""
    await tx.execute(
        """
        update campaigns set version = :version, state = :state, definition = cast(:definition as jsonb),
               started_at = :started_at, running_since = :running_since, state_reason = :state_reason,
               freezing = :freezing
        where id = :id
        """,
        _values(campaign),
    )
    await _add_version(tx, campaign, by)


async def find(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> Campaign | None:
    """The campaign, locked against other changes when asked."""
    row = await tx.row(f"{_ALL} where id = :id {'for update' if lock else ''}", {"id": campaign_id})
    return _campaign(row) if row is not None else None


async def page(tx: Tx, *, after: UUID | None, state: CampaignState | None, limit: int) -> list[Campaign]:
    """Campaigns in the order of their making."""
    rows = await tx.rows(
        f"""{_ALL} where (cast(:after as uuid) is null or id > :after)
            and (cast(:state as text) is null or (state = :state and freezing = :freezing)) order by id limit :limit""",
        {
            "after": after,
            "state": _stored(state) if state else None,
            "freezing": state is CampaignState.STARTING,
            "limit": limit,
        },
    )
    return [_campaign(row) for row in rows]


async def enrolling(tx: Tx) -> list[Campaign]:
    """Campaigns whose triggers count: running ones, and paused ones, whose messages wait."""
    rows = await tx.rows(f"{_ALL} where state in ('running', 'paused') and definition->'trigger'->>'kind' <> 'one_off'")
    return [_campaign(row) for row in rows]


async def enrolling_fingerprint(tx: Tx) -> tuple[int, int]:
    """Changes whenever one of those campaigns starts, ends or changes. Read from a partial index: with 300 of them it
    takes a hundredth of the time in which their definitions are read."""
    row = await tx.row(
        """select count(*) as count,
                  cast(coalesce(sum(cast(hashtextextended(cast(id as text), version) as numeric)), 0) as text) as sum
           from campaigns where state in ('running', 'paused')"""
    )
    assert row is not None, "an aggregate has a row"
    return row["count"], int(row["sum"])


async def finished_one_offs(tx: Tx) -> list[Campaign]:
    """Running one-offs of which no message waits any more, locked."""
    rows = await tx.rows(
        f"""{_ALL} where state = 'running' and not freezing
            and definition->'trigger'->>'kind' = 'one_off' and not exists
            (select from messages m where m.campaign_id = campaigns.id and m.state in ('waiting', 'claimed'))
            for update"""
    )
    return [_campaign(row) for row in rows]


async def starting(tx: Tx) -> list[UUID]:
    """Campaigns whose audience is to be frozen further."""
    return [row["id"] for row in await tx.rows("select id from campaigns where freezing and state = 'running'")]


async def save_freezing(tx: Tx, campaign_id: UUID, freezing: Freezing) -> None:
    """How far it got. No new version: nobody decided anything."""
    await tx.execute(
        """update campaigns set freezing = :freezing, frozen_after = :after, members = :members, entered = :entered
           where id = :id""",
        {
            "id": campaign_id,
            "freezing": not freezing.done,
            "after": freezing.after,
            "members": freezing.members,
            "entered": freezing.entered,
        },
    )


async def sending(tx: Tx) -> list[Campaign]:
    """Campaigns whose messages go out."""
    return [_campaign(row) for row in await tx.rows(f"{_ALL} where state = 'running'")]


async def using_segment(tx: Tx, segment_ids: Sequence[UUID]) -> list[Campaign]:
    """Running campaigns whose trigger depends on one of these segments, locked; also one-offs that are starting."""
    rows = await tx.rows(
        f"""{_ALL} where state = 'running' and (freezing or definition->'trigger'->>'kind' <> 'one_off')
            and definition->'trigger'->>'segment_id' = any(cast(:ids as text[])) order by id for update""",
        {"ids": [str(segment_id) for segment_id in segment_ids]},
    )
    return [_campaign(row) for row in rows]


async def find_many(tx: Tx, campaign_ids: Sequence[UUID]) -> list[Campaign]:
    """These campaigns, locked."""
    rows = await tx.rows(
        f"{_ALL} where id = any(cast(:ids as uuid[])) order by id for update", {"ids": list(campaign_ids)}
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
        "state": _stored(campaign.state),
        "definition": dump_definition(campaign.definition),
        "started_at": campaign.started_at,
        "running_since": campaign.running_since,
        "state_reason": campaign.state_reason,
        "freezing": not campaign.freezing.done,
    }


def _stored(state: CampaignState) -> str:
    """A starting campaign is a running one that is freezing: processes of the version before know no other state."""
    return CampaignState.RUNNING.value if state is CampaignState.STARTING else state.value


def _campaign(row: RowMapping) -> Campaign:
    state = CampaignState(row["state"])
    return Campaign(
        id=row["id"],
        version=row["version"],
        state=CampaignState.STARTING if state is CampaignState.RUNNING and row["freezing"] else state,
        definition=load_definition(row["definition"]),
        salt=row["salt"],
        run_id=row["run_id"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        running_since=row["running_since"] or row["started_at"],
        state_reason=row["state_reason"] if state is CampaignState.PAUSED else None,
        freezing=Freezing(not row["freezing"], row["frozen_after"], row["members"], row["entered"]),
    )
