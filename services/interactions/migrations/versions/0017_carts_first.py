"""Carts of known customers."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLES = """
create table carts (
    customer_id uuid not null,
    cart_id text not null,
    state text not null,
    channel text not null,
    pieces jsonb not null,
    checkout boolean not null,
    opened_at timestamptz not null,
    touched_at timestamptz not null,
    ordered_at timestamptz,
    told_at timestamptz,
    primary key (customer_id, cart_id)
);
create index carts_open on carts (touched_at) where state = 'open';
create index carts_touched on carts (touched_at, customer_id, cart_id)
"""


def upgrade() -> None:
    """Create the table."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
