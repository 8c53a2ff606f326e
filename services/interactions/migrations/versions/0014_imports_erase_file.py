"""Files of orders in which somebody stands who is erased are deleted before their days."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of files that are there nobody knows who was erased since: they go after their days."""
    op.execute("alter table imports add column erase_file boolean not null default false")
