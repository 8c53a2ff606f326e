"""Dead letters are found by the names in them."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_letter_names

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Letters that are there have no names yet: the first erasure reads them."""
    create_letter_names(op)
