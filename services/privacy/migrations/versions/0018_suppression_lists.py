"""Lists of hashed addresses that others gave."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLES = """
create table suppression_list_entries (
    digest text not null,
    channel text not null,
    algorithm text not null check (algorithm in ('sha256', 'keyed')),
    list text not null,
    added_at timestamptz not null,
    added_by text not null,
    primary key (digest, channel, algorithm, list)
);
create index suppression_list_entries_list on suppression_list_entries (list);
"""


def upgrade() -> None:
    """Create the table."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
