"""Epochs of versions: raised when the database was restored from a backup."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_epochs

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No row: the epoch is 0, and versions are what they were."""
    create_epochs(op)
