"""Where each consumer stands in its topics, kept beside the effects."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_offsets

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table: each consumer goes on from where the broker has its group."""
    create_offsets(op)
