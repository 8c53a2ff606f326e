"""Imports: what files say of consent, statements on their way to privacy, and files that an erasure ends."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHANGES = """
alter table imports add column consents jsonb not null default '[]';
alter table imports add column erase_file boolean not null default false;
alter table imports add column consent_counts jsonb not null default '{}';
create table import_consents (
    import_id uuid not null,
    row bigint not null,
    rule smallint not null,
    customer_id uuid not null,
    place bigint not null,
    granted boolean not null,
    state text not null check (state in ('waiting', 'sent', 'refused', 'annulling', 'annulled')),
    primary key (import_id, row, rule)
);
create index import_consents_customer on import_consents (customer_id);
create index import_consents_waiting on import_consents (import_id, row) where state in ('waiting', 'annulling')
"""


def upgrade() -> None:
    """Add columns and the table."""
    for statement in _CHANGES.split(";"):
        op.execute(statement)
