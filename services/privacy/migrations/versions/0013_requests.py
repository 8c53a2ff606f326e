"""Requests of data subjects, what was done about them, and archives that wait to be fetched."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = """
create table requests (
    request_id uuid primary key,
    customer_id uuid not null,
    kind text not null
        check (kind in ('access', 'rectification', 'erasure', 'restriction', 'portability', 'objection')),
    state text not null check (state in ('waiting', 'working', 'ready', 'answered', 'refused')),
    received_at timestamptz not null,
    due_at timestamptz not null,
    language text not null,
    note text not null,
    extended_for text,
    identity_checked_by text,
    erasure_id uuid,
    closed_at timestamptz
);
create unique index requests_open on requests (customer_id, kind) where state in ('waiting', 'working', 'ready');
create index requests_due on requests (due_at) where state in ('waiting', 'working', 'ready');

create table request_steps (
    request_id uuid not null references requests,
    step bigint generated always as identity,
    at timestamptz not null,
    by text not null,
    what text not null,
    detail text not null,
    primary key (request_id, step)
);

create table request_archives (
    request_id uuid primary key references requests,
    sealed bytea not null,
    sha256 text not null,
    size bigint not null,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    fetched_at timestamptz
);
"""
_GUARDS = (
    """
    create function guard_request_steps() returns trigger language plpgsql as $$
    begin
        raise exception 'what was done stays: no %', lower(tg_op) using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger request_steps_stay before update or delete on request_steps
    for each row execute function guard_request_steps()
    """,
)


def upgrade() -> None:
    """Create everything."""
    for statement in (*_TABLES.split(";"), *_GUARDS):
        if statement.strip():
            op.execute(statement)
