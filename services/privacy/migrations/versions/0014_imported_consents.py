"""Statements about consent out of files: which were recorded, and which were taken back."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        create table imported_consents (
            consent_id uuid primary key,
            import_id uuid not null,
            recorded_at timestamptz not null,
            annulled_at timestamptz,
            annulled_by text
        )
    """)
