"""Imports can be taken back: what lies beneath their values, whom they touched, who stated what. Mappings are kept."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Imports that were started before this have kept nothing of what they wrote over: `undoable` stays false for them.
_CHANGES = """
alter table customers add column beneath jsonb not null default '{}';
alter table identifiers add column statements jsonb not null default '[]';
alter table imports drop constraint imports_state_check;
alter table imports add constraint imports_state_check check (state in
    ('uploaded', 'mapped', 'checking', 'checked', 'running', 'paused', 'done', 'failed', 'cancelled', 'undoing',
     'undone'));
alter table imports add column undoable boolean not null default false;
alter table imports add column undo jsonb;
drop index imports_busy;
create index imports_busy on imports (import_id) where state in ('checking', 'running', 'undoing');
create table import_customers (
    import_id uuid not null,
    customer_id uuid not null,
    primary key (import_id, customer_id)
);
create index import_customers_customer on import_customers (customer_id);
create table import_mappings (
    mapping_id uuid primary key,
    name text,
    headings text not null,
    mapping jsonb not null,
    saved_at timestamptz not null,
    saved_by text not null
);
create unique index import_mappings_name on import_mappings (name) where name is not null;
create unique index import_mappings_last on import_mappings (headings) where name is null
"""


def upgrade() -> None:
    """Add columns and the table."""
    for statement in _CHANGES.split(";"):
        op.execute(statement)
