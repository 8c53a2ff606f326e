"""Visitors: who is known by the anonymous id of a browser only."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = """
create table visitors (
    visitor_id uuid primary key,
    customer_id uuid,
    shared boolean not null,
    events bigint not null,
    since timestamptz not null,
    seen_at timestamptz not null
);
create index visitors_customer on visitors (customer_id) where customer_id is not null;
create index visitors_idle on visitors (seen_at)
"""


def upgrade() -> None:
    """Create the table."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
