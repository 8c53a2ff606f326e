"""The copies of identity have one schema in every service: merges, generations."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table of merges gets its name and columns; under the former ones the version before still writes it, as long
    as it runs beside this one."""
    op.execute("alter table aliases rename to merges")
    op.execute("alter table merges rename column old to absorbed")
    op.execute("alter table merges rename column current to survivor")
    op.execute("drop index aliases_old, aliases_current")
    op.execute("create index merges_absorbed on merges (absorbed)")
    op.execute("create index merges_survivor on merges (survivor)")
    op.execute("create view aliases as select merge_id, absorbed as old, survivor as current, undone from merges")
    op.execute("alter table generations add column changed_at timestamptz not null default now()")
    op.execute("create index generations_changed_at on generations (changed_at)")
