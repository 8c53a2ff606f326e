"""Seals over the consent ledger."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Lines that are there get no salt: no row is rewritten. They are sealed as they are now, the oldest first.
_TABLES = """
alter table consents add column salt uuid;
alter table consents alter column salt set default gen_random_uuid();
create index consents_version on consents (version);

create table to_seal (
    place bigint generated always as identity primary key,
    kind text not null check (kind in ('line', 'erased')),
    version bigint not null
);

create table chain (
    seq bigint primary key,
    kind text not null check (kind in ('line', 'erased')),
    version bigint not null,
    digest bytea not null,
    link bytea not null,
    sealed_at timestamptz not null
);
create index chain_version on chain (version);

insert into to_seal (kind, version) select 'line', version from consents order by version;
"""
_TRIGGERS = (
    """
    create function note_ledger_change() returns trigger language plpgsql as $$
    begin
        if tg_op = 'INSERT' then
            insert into to_seal (kind, version) values ('line', new.version);
        else
            insert into to_seal (kind, version) values ('erased', old.version);
        end if;
        return null;
    end $$
    """,
    """
    create trigger ledger_changes_are_sealed after insert or delete on consents
    for each row execute function note_ledger_change()
    """,
    """
    create function guard_chain() returns trigger language plpgsql as $$
    begin
        raise exception 'the chain is append-only: no %', lower(tg_op) using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger chain_is_append_only before update or delete on chain for each row execute function guard_chain()
    """,
)


def upgrade() -> None:
    """Create everything."""
    for statement in (*_TABLES.split(";"), *_TRIGGERS):
        if statement.strip():
            op.execute(statement)
