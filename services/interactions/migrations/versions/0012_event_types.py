"""Event types of the firm's own."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        create table event_types (
            name text primary key,
            description text not null,
            schema jsonb not null,
            segmentable text[] not null,
            personal text[] not null,
            version int not null,
            changed_at timestamptz not null,
            changed_by text not null,
            withdrawn boolean not null
        )
    """)
