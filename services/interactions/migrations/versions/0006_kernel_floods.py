"""Dead letters name their publisher; one may count a flood of records."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_floods

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Letters that are there know no publisher."""
    create_floods(op)
