"""Addresses that somebody named in a request, until it is begun; and when an archive was last tried."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Requests of before named none, and were never tried."""
    op.execute(
        "alter table requests add column addresses jsonb not null default '[]',"
        " add column second_selves uuid[] not null default '{}', add column tried_at timestamptz"
    )
