"""Customers are found by any word of their name."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """By the words as they are: names of no language have no stems."""
    op.execute(
        "create index customers_words on customers using gin (to_tsvector('simple', name)) where merged_into is null"
    )
