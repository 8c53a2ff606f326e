"""Duplicates: what is compared of customers, pairs that are alike, and how far the comparison of everybody is."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLES = """
create table duplicate_likenesses (
    customer_id uuid primary key,
    compared text not null
);
create table duplicate_keys (
    customer_id uuid not null,
    key bigint not null,
    primary key (customer_id, key)
);
create index duplicate_keys_key on duplicate_keys (key, customer_id);
create table duplicate_marks (
    mark_id bigint generated always as identity primary key,
    customer_id uuid not null
);
create index duplicate_marks_customer on duplicate_marks (customer_id);
create table duplicates (
    customer_id uuid not null,
    other_id uuid not null,
    duplicate_id uuid not null,
    kind text not null,
    score double precision not null,
    fields jsonb not null,
    automatic boolean not null,
    state text not null check (state in ('open', 'confirmed', 'rejected')),
    found_at timestamptz not null,
    decided_at timestamptz,
    decided_by text,
    merge_id uuid,
    primary key (customer_id, other_id),
    check (customer_id < other_id)
);
create unique index duplicates_id on duplicates (duplicate_id);
create index duplicates_other on duplicates (other_id);
create index duplicates_listed on duplicates (state, score, duplicate_id);
create table duplicate_runs (
    run_id uuid primary key,
    state text not null check (state in ('running', 'done', 'cancelled')),
    position uuid,
    customers bigint not null,
    compared bigint not null,
    found bigint not null,
    started_at timestamptz not null,
    started_by text not null,
    finished_at timestamptz
);
create unique index duplicate_runs_running on duplicate_runs (state) where state = 'running'
"""
# Whoever writes a customer, by whatever way, leaves a mark: one statement more for a batch. A look-up by the time of
# the change would miss what is committed later than it was begun.
_MARKS = (
    """
create function mark_for_duplicates() returns trigger language plpgsql as $$
begin
    insert into duplicate_marks (customer_id) select customer_id from written;
    return null;
end $$
""",
    """
create trigger opened_for_duplicates after insert on customers
    referencing new table as written for each statement execute function mark_for_duplicates()
""",
    """
create trigger saved_for_duplicates after update on customers
    referencing new table as written for each statement execute function mark_for_duplicates()
""",
    # Nobody waits who is gone, or who was opened and taken back in one transaction.
    """
create function unmark_for_duplicates() returns trigger language plpgsql as $$
begin
    delete from duplicate_marks m using gone where m.customer_id = gone.customer_id;
    return null;
end $$
""",
    """
create trigger deleted_for_duplicates after delete on customers
    referencing old table as gone for each statement execute function unmark_for_duplicates()
""",
)


def upgrade() -> None:
    """Create the tables, and mark whoever is written from here on."""
    for statement in (*_TABLES.split(";"), *_MARKS):
        op.execute(statement)
