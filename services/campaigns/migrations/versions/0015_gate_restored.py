"""A restored ledger sends nothing until somebody has said what waited."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Null: this database was not restored, or somebody has decided since."""
    op.execute("alter table policies add column restored_from timestamptz")
