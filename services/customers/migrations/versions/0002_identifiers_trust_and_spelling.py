"""Identifiers: who is believed about them, how they are spelt; hearsay of browsers."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Whatever is there was stated before keys had a trust, and by the former spelling: a job brings that up to date and
# tells the other services whose everything is. The index is empty when it has ended.
_CHANGES = """
alter table identifiers
    add column trust text not null default 'server' check (trust in ('server', 'browser')),
    add column spelling int not null default 1;
create index identifiers_formerly_spelt on identifiers (identifier_id) where spelling < 2;
alter table identifier_owners
    add column kind text check (kind in ('external_id', 'card', 'email')),
    add column trust text check (trust in ('server', 'browser'));
update identifier_owners o set kind = i.kind, trust = 'server'
    from identifiers i where i.fingerprint = o.fingerprint and i.kind <> 'phone' and o.customer_id is not null;
alter table customers add column hearsay jsonb not null default '{}';
alter table link_candidates
    add column trust text not null default 'server' check (trust in ('server', 'browser'))
"""


def upgrade() -> None:
    """Add the columns."""
    for statement in _CHANGES.split(";"):
        op.execute(statement)
