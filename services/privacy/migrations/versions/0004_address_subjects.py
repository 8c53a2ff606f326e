"""Addresses as subjects of consent: who owns an identifier, which address a statement was made for."""

from __future__ import annotations

from alembic import op

from shared.customers.owners import create_identifier_owners

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = """
alter table consents add column fingerprint text,
    add column generation int not null default 0,
    add column alone boolean not null default false;
alter table heads add column fingerprint text,
    add column generation int not null default 0,
    add column alone boolean not null default false;
alter table erasures add column second_selves uuid[] not null default '{}';

create table erased_lines (
    customer_id uuid not null,
    version bigint not null,
    erasure_id uuid not null,
    primary key (customer_id, version)
);
"""

# The ledger's guard as before, with one way out more: an address is no customer and has no tombstone, since whoever
# has it next may consent by it. Its lines go one by one, each named in `erased_lines` first.
_GUARD = """
    create or replace function guard_ledger() returns trigger language plpgsql as $$
    begin
        if tg_op = 'INSERT' then
            if exists (select from standings where customer_id = new.customer_id and erased_at is not null) then
                raise exception 'this customer is erased' using errcode = 'restrict_violation';
            end if;
            return new;
        elsif tg_op = 'DELETE' then
            if exists (select from standings where customer_id = old.customer_id and erased_at is not null)
                or exists (select from erased_lines where customer_id = old.customer_id and version = old.version)
            then
                return old;
            end if;
        end if;
        raise exception 'the consent ledger is append-only: no %', lower(tg_op) using errcode = 'restrict_violation';
    end $$
"""


def upgrade() -> None:
    """Create everything; rows that are there stay as they are."""
    create_identifier_owners(op)
    for statement in (*_TABLES.split(";"), _GUARD):
        if statement.strip():
            op.execute(statement)
