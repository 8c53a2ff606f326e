"""How many members each segment had at the end of each day."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SIZES = """
create table segment_sizes (
    segment_id uuid not null,
    day date not null,
    version int not null,
    members bigint not null,
    primary key (segment_id, day)
)
"""


def upgrade() -> None:
    """Empty: the first day begins now, what was before is not known."""
    op.execute(_SIZES)
