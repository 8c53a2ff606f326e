"""Legal holds."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TABLES = """
create table holds (
    hold_id uuid primary key,
    customer_id uuid not null,
    reason text not null,
    until timestamptz not null,
    placed_at timestamptz not null,
    placed_by text not null,
    lifted_at timestamptz,
    lifted_by text
);
create index holds_customer on holds (customer_id);
"""


def upgrade() -> None:
    """Create the table."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
