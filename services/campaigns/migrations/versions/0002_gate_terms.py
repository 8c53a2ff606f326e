"""Terms by which the gate judges messages, made from the campaigns that there are."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rows of `messages` are not touched: one without terms_id has the terms of its campaign.
_STATEMENTS = (
    """
    create table terms (
        id uuid primary key,
        state text not null check (state in ('open', 'paused', 'over')),
        terms jsonb not null,
        changed_at timestamptz not null
    )
    """,
    "alter table messages add column terms_id uuid",
    """
    insert into terms (id, state, terms, changed_at)
    select id,
           case state when 'running' then 'open' when 'finished' then 'open' when 'paused' then 'paused'
                      else 'over' end,
           jsonb_build_object(
               'campaign_id', id,
               'name', definition->'name',
               'purpose', definition->'purpose',
               'channel', definition->'channel',
               'content', definition->'content',
               'segment', case when definition->'trigger'->>'kind' in ('segment_entered', 'segment_left') then
                   jsonb_build_object('segment_id', definition->'trigger'->'segment_id',
                                      'inside', definition->'trigger'->>'kind' = 'segment_entered') end,
               'one_per_address', definition->'trigger'->>'kind' = 'one_off',
               'cap', definition->'cap',
               'quiet_hours', definition->'quiet_hours',
               'holdout', jsonb_build_object('salt', salt, 'percent', definition->'holdout_percent')
           ),
           now()
    from campaigns
    """,
)


def upgrade() -> None:
    """Create the table, name terms in the ledger, and make those of all campaigns."""
    for statement in _STATEMENTS:
        op.execute(statement)
