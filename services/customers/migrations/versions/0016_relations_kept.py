"""Relations: who belongs to whom."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = """
create table relations (
    customer_id uuid not null,
    other_id uuid not null,
    kind text not null,
    relation_id uuid not null,
    since date,
    until date,
    note text,
    stated_at timestamptz not null,
    stated_by text not null,
    primary key (customer_id, other_id, kind)
);
create unique index relations_id on relations (relation_id);
create index relations_other on relations (other_id)
"""


def upgrade() -> None:
    """Create the table."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
