"""Service cases with their messages and history."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = """
create table cases (
    id uuid primary key,
    customer_id uuid not null,
    kind text not null,
    state text not null,
    priority text not null,
    subject text not null,
    owner text,
    channel text,
    interaction_id uuid,
    opened_at timestamptz not null,
    opened_by text not null,
    due_at timestamptz not null,
    changed_at timestamptz not null,
    solved_at timestamptz,
    closed_at timestamptz,
    reopened int not null,
    version bigint not null
);
create index cases_customer on cases (customer_id);
create index cases_due on cases (due_at, id);
create index cases_active on cases (due_at, id) where state in ('open', 'pending', 'reopened');
create table case_messages (
    id uuid primary key,
    case_id uuid not null,
    customer_id uuid not null,
    at timestamptz not null,
    by text not null,
    direction text not null,
    text text not null
);
create index case_messages_case on case_messages (case_id, id);
create index case_messages_customer on case_messages (customer_id);
create table case_steps (
    id uuid primary key,
    case_id uuid not null,
    customer_id uuid not null,
    at timestamptz not null,
    by text not null,
    what jsonb not null
);
create index case_steps_case on case_steps (case_id, id);
create index case_steps_customer on case_steps (customer_id)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
