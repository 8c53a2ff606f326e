"""Imports: files of orders, their rows by order, refused rows, orders that were taken."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = """
create table imports (
    import_id uuid primary key,
    file_name text not null,
    sha256 text not null,
    size bigint not null,
    sheet jsonb not null,
    mapping jsonb,
    terms jsonb,
    state text not null,
    created_at timestamptz not null,
    created_by text not null,
    started_at timestamptz,
    started_by text,
    finished_at timestamptz,
    undone_by text,
    failure text,
    grouped bigint not null,
    place bigint not null,
    position bigint not null,
    after bytea not null,
    tally jsonb not null,
    examples jsonb not null,
    file_deleted_at timestamptz
);
create index imports_busy on imports (import_id) where state in ('checking', 'running', 'undoing');
create table import_lines (
    import_id uuid not null,
    digest bytea not null,
    row bigint not null,
    place bigint not null,
    primary key (import_id, digest, row)
);
create table import_refusals (
    import_id uuid not null,
    row bigint not null,
    place bigint not null,
    reason text not null,
    primary key (import_id, row)
);
create table import_orders (
    import_id uuid not null,
    digest bytea not null,
    customer_id uuid not null,
    time timestamptz not null,
    interaction_id uuid not null,
    row bigint not null,
    primary key (import_id, digest)
);
create index import_orders_customer on import_orders (customer_id);
create index import_orders_interaction on import_orders (interaction_id)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
