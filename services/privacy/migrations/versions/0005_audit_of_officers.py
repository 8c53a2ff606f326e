"""Who took an address off the suppression list, changed a restriction, checked or refused an identity, and when."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = """
alter table erasures add column identity_checked_by text, add column rejected_by text;

create table suppression_removals (
    fingerprint text not null,
    channel text not null,
    reason text not null,
    since timestamptz not null,
    recorded_by text not null,
    removed_at timestamptz not null,
    removed_by text not null,
    removal bigint generated always as identity,
    primary key (fingerprint, channel, removal)
);

create table restriction_changes (
    customer_id uuid not null,
    version bigint not null,
    restricted boolean not null,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (customer_id, version)
);
"""


def upgrade() -> None:
    """Create everything; what was done before has no name."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
