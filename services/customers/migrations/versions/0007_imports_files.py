"""Imports: files, refused rows, examples of what rows came to."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
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
    state text not null check (state in
        ('uploaded', 'mapped', 'checking', 'checked', 'running', 'done', 'failed')),
    created_at timestamptz not null,
    created_by text not null,
    started_at timestamptz,
    started_by text,
    finished_at timestamptz,
    failure text,
    position bigint not null,
    place bigint not null,
    added bigint not null,
    changed bigint not null,
    unchanged bigint not null,
    refused bigint not null,
    file_deleted_at timestamptz
);
create index imports_busy on imports (import_id) where state in ('checking', 'running');
create index imports_kept on imports (created_at) where file_deleted_at is null;
create table import_refusals (
    import_id uuid not null,
    row bigint not null,
    place bigint not null,
    reason text not null,
    primary key (import_id, row)
);
create table import_examples (
    import_id uuid not null,
    row bigint not null,
    customer_id uuid not null,
    outcome text not null,
    changes jsonb not null,
    primary key (import_id, row)
);
create index import_examples_customer on import_examples (customer_id);
create table import_newcomers (
    import_id uuid not null,
    customer_id uuid not null,
    primary key (import_id, customer_id)
);
create index import_newcomers_customer on import_newcomers (customer_id)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
