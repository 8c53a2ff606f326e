"""The copy of merges has one schema in every service."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table gets its name and columns; under the former ones the version before still writes it, as long as it runs
    beside this one."""
    op.execute("alter table aliases rename to merges")
    op.execute("alter table merges rename column old_id to absorbed")
    op.execute("alter table merges rename column current_id to survivor")
    op.execute("alter table merges alter column undone set default false")
    op.execute("drop index aliases_old, aliases_current")
    op.execute("create index merges_absorbed on merges (absorbed)")
    op.execute("create index merges_survivor on merges (survivor)")
    op.execute("create view aliases as select merge_id, absorbed as old_id, survivor as current_id, undone from merges")
