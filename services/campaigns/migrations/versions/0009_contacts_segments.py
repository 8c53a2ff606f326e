"""A copy of which segments there are."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Segments that were made before this copy are told again only when they change. Those that have, or had, a member and
# those that a campaign uses are there.
_STATEMENTS = (
    """
    create table segments (
        segment_id uuid primary key,
        name text not null,
        state text not null check (state in ('backfilling', 'live', 'archived')),
        version bigint not null
    )
    """,
    """
    insert into segments (segment_id, name, state, version)
    select segment_id, '', 'live', 0 from memberships group by segment_id
    union
    select cast(definition->'trigger'->>'segment_id' as uuid), '', 'live', 0 from campaigns
    where definition->'trigger'->>'segment_id' is not null and state <> 'draft'
    """,
)


def upgrade() -> None:
    """Create the table with what is known."""
    for statement in _STATEMENTS:
        op.execute(statement)
