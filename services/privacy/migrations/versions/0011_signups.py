"""Sign-ups that wait for their confirmation, and the forms that they come from."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = """
create table signups (
    signup_id uuid primary key,
    fingerprint text not null,
    sealed bytea,
    language text not null,
    notice_ids uuid[] not null,
    source text not null,
    evidence jsonb not null,
    state text not null check (state in ('pending', 'confirmed')),
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    confirmed_at timestamptz,
    check ((state = 'confirmed') = (sealed is null) and (state = 'confirmed') = (confirmed_at is not null))
);
create index signups_fingerprint on signups (fingerprint, requested_at);
create index signups_expiry on signups (expires_at);

create table signup_forms (
    name text primary key,
    titles jsonb not null,
    notices text[] not null,
    ask_name boolean not null,
    archived boolean not null default false,
    changed_by text not null,
    changed_at timestamptz not null
);
"""


def upgrade() -> None:
    """Create everything."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
