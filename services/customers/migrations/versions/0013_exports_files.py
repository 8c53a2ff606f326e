"""Exports: who took which customers out, why, and layouts of columns."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = """
create table exports (
    export_id uuid primary key,
    format text not null,
    criteria jsonb not null,
    columns jsonb not null,
    reason text not null,
    state text not null check (state in ('running', 'done', 'failed', 'cancelled')),
    created_at timestamptz not null,
    created_by text not null,
    rows bigint not null,
    bytes bigint not null,
    cursor text,
    finished_at timestamptz,
    failure text,
    file_deleted_at timestamptz
);
create index exports_running on exports (export_id) where state = 'running';
create index exports_kept on exports (created_at) where file_deleted_at is null;
create table export_downloads (
    export_id uuid not null,
    at timestamptz not null,
    by text not null,
    primary key (export_id, at)
);
create table export_customers (
    export_id uuid not null,
    customer_id uuid not null,
    primary key (export_id, customer_id)
);
create index export_customers_customer on export_customers (customer_id);
create table export_layouts (
    name text primary key,
    columns jsonb not null,
    saved_at timestamptz not null,
    saved_by text not null
)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
