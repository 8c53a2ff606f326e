"""What a database must hold to be restored from a backup: positions of consumers, promises that survive a crash."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_offsets, log_promises

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No table has a row yet: each consumer goes on from where the broker has its group."""
    create_offsets(op)
    log_promises(op)
