"""The copies of identity have one schema in every service."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was left to the statements has its default in the table."""
    op.execute("alter table merges alter column undone set default false")
    op.execute("alter table generations alter column changed_at set default now()")
