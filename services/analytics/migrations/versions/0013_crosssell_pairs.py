"""Products that are bought together."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PAIRS = """
create table product_pairs (
    product text not null,
    beside text not null,
    baskets bigint not null,
    confidence double precision not null,
    lift double precision not null,
    score double precision not null,
    counted_at timestamptz not null,
    primary key (product, beside)
)
"""


def upgrade() -> None:
    """Empty: the first count fills it."""
    op.execute(_PAIRS)
