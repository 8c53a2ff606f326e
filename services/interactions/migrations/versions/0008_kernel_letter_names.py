"""Dead letters are found by the names in them."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_letter_names

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Letters that are there have no names yet: the first erasure reads them."""
    create_letter_names(op)
    # Who else was called so: a letter that names a family's phone is not one person's.
    op.execute(
        "create index told_marks_slot on told_marks using hash (slot) where slot not in ('traits', 'browser:traits')"
    )
