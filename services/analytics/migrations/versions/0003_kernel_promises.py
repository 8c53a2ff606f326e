"""The barrier of promises survives a crash of the server."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import log_promises

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The sequence keeps its value, and from now on the server's log has it."""
    log_promises(op)
