"""Complaints, open or solved, as interactions tells of them."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLE = """
create table complaints (
    case_id uuid primary key,
    customer_id uuid not null,
    active boolean not null,
    version bigint not null
)
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(_TABLE)
    op.execute("create index complaints_customer on complaints (customer_id)")
