"""A completed erasure says what it came to: somebody was erased, or nobody was found."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Requests that are there say nothing more than before."""
    op.execute(
        "alter table erasures add column outcome text check (outcome in ('erased', 'unknown_subject', 'erased_before'))"
    )
