"""How somebody wants to be written to."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLE = """
create table preferences (
    customer_id uuid primary key,
    paused_until timestamptz,
    language text,
    frequencies jsonb not null,
    changed_at timestamptz not null,
    changed_by text not null
)
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(_TABLE)
