"""Memberships follow scores: who spends how much among all, and customers whose memberships are to follow."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CHANGES = """
create table score_changes (
    customer_id uuid primary key,
    partition smallint not null,
    since timestamptz not null,
    origin text not null,
    cause uuid not null
)
"""


def upgrade() -> None:
    """Empty: the next fit fills the column and, where a segment asks for it, the queue."""
    op.execute("alter table scores add column spend_percentile double precision")
    op.execute(_CHANGES)
    op.execute("create index score_changes_waiting on score_changes (partition, since, customer_id)")
