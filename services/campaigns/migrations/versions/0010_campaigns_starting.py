"""Campaigns start in pieces, say why they were paused, and their terms notice a change by the version before them."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # A one-off that is starting is `running` with `freezing`: a process of the version before knows no other state.
    """
    alter table campaigns
        add column state_reason text,
        add column running_since timestamptz,
        add column freezing boolean not null default false,
        add column frozen_after uuid,
        add column members bigint,
        add column entered bigint not null default 0
    """,
    "create index campaigns_freezing on campaigns (id) where freezing",
    # When each campaign last had a message handed over, to within seconds: a sender that dies got nowhere.
    """
    create table hand_over_marks (
        campaign_id uuid primary key,
        at timestamptz not null
    )
    """,
    """
    create index messages_struck on messages (campaign_id, settled_at)
        where reason in ('sender-gone', 'template-limits')
    """,
    # Processes of the version before the terms change campaigns and write no terms. While both run, and after a
    # rollback, a change of a campaign makes its terms stale in the same transaction; whoever knows of terms writes
    # them after it, and they are not. Messages under stale terms wait until a job of the campaigns has written them.
    "alter table terms add column stale boolean not null default false",
    """
    create function terms_are_stale() returns trigger language plpgsql as $$
    begin
        update terms set stale = true where id = new.id;
        return null;
    end $$
    """,
    """
    create trigger campaigns_make_terms_stale after update of version on campaigns
        for each row when (old.version is distinct from new.version) execute function terms_are_stale()
    """,
    # What was changed between the migration that made the terms and this one.
    """
    update terms set stale = true from campaigns c
    where c.id = terms.id and exists (
        select from campaign_versions v where v.campaign_id = c.id and v.changed_at > terms.changed_at)
    """,
)


def upgrade() -> None:
    """Add columns, table, index and trigger."""
    for statement in _STATEMENTS:
        op.execute(statement)
