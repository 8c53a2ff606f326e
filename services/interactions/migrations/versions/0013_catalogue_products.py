"""The catalogue: products, their prices and costs, and ids that nobody knows."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = """
create table products (
    product_id text primary key,
    kind text not null,
    name text not null,
    category text,
    department text,
    brand text,
    stock double precision,
    starts_at timestamptz,
    ends_at timestamptz,
    url text,
    image text,
    substitutes text[] not null,
    complements text[] not null,
    withdrawn boolean not null,
    changed_at timestamptz not null
);
create index products_category on products (category, product_id);
create table product_prices (
    product_id text not null,
    since timestamptz not null,
    price bigint,
    cost bigint,
    currency text not null,
    primary key (product_id, since)
);
create table unknown_products (
    product_id text primary key,
    lines bigint not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null
)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
