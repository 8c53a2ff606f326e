"""Pauses of a sender that its provider refuses."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        create table sender_pauses (
            sender text primary key,
            since timestamptz not null,
            until timestamptz not null,
            in_a_row int not null,
            detail text not null
        )
        """
    )
