"""What a message said is kept beside its id, so that another one under the same id is no repeat."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was recorded before nobody knows: everything under such an id counts as its repeat."""
    op.execute("alter table messages add column content bytea")
