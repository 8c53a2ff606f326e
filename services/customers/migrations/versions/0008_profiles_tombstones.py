"""Tombstones have one schema in every service."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The version before goes on to write `at` alone."""
    op.execute("alter table tombstones add column erased_at timestamptz not null default now()")
    op.execute("update tombstones set erased_at = at")
    op.execute("alter table tombstones alter column at drop not null")
