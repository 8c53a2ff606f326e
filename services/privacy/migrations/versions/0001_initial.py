"""The consent ledger and its heads, suppression, permits, erasures, and the read models of identity."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
create sequence changes;

create table standings (
    customer_id uuid primary key,
    version bigint not null default 0,
    restricted boolean not null default false,
    erased_at timestamptz
);

create table consents (
    customer_id uuid not null,
    version bigint not null,
    consent_id uuid not null,
    purpose text not null,
    channel text not null,
    action text not null check (action in ('granted', 'denied', 'withdrawn')),
    effective boolean not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    expires_at timestamptz,
    recorded_by text not null,
    basis text not null,
    wording text,
    wording_version text,
    evidence jsonb not null,
    withdrawn_via text check (withdrawn_via in ('one_click', 'page', 'api', 'complaint')),
    campaign_id uuid,
    message_id uuid,
    primary key (customer_id, version)
);

create table heads (
    customer_id uuid not null,
    purpose text not null,
    channel text not null,
    action text not null check (action in ('granted', 'denied', 'withdrawn')),
    consent_id uuid not null,
    version bigint not null,
    occurred_at timestamptz not null,
    expires_at timestamptz,
    refused_at timestamptz,
    expired boolean not null default false,
    primary key (customer_id, purpose, channel)
);
create index heads_expiry on heads (expires_at) where action = 'granted' and not expired and expires_at is not null;

create table addresses (
    fingerprint text not null,
    channel text not null,
    primary key (fingerprint, channel)
);

create table suppressions (
    fingerprint text not null,
    channel text not null,
    reason text not null check (reason in ('unsubscribed_all', 'bounced', 'complained', 'manual', 'erased')),
    since timestamptz not null,
    recorded_by text not null,
    primary key (fingerprint, channel, reason)
);

create table permits (
    customer_id uuid not null,
    permit_id uuid not null,
    message_id uuid not null,
    purpose text not null,
    channel text not null,
    fingerprint text not null,
    covers uuid[] not null,
    versions bigint[] not null,
    granted_at timestamptz not null,
    primary key (customer_id, permit_id)
);
create index permits_message on permits (message_id);
create index permits_fingerprint on permits (fingerprint, channel);
create index permits_age on permits (granted_at);

create table aliases (
    merge_id uuid primary key,
    old uuid not null,
    current uuid not null,
    undone boolean not null default false
);
create index aliases_old on aliases (old) where not undone;
create index aliases_current on aliases (current) where not undone;

create table generations (
    fingerprint text primary key,
    generation int not null
);

create table erasures (
    customer_id uuid not null,
    erasure_id uuid not null,
    aliases uuid[] not null,
    fingerprints text[] not null,
    channels text[] not null,
    state text not null check (state in ('waiting', 'running', 'completed', 'rejected')),
    requested_by text not null,
    requested_at timestamptz not null,
    due_at timestamptz not null,
    recorded_by text not null,
    identity_checked_at timestamptz,
    asked_at timestamptz,
    asked int not null default 0,
    completed_at timestamptz,
    certificate jsonb,
    primary key (erasure_id)
);
create unique index erasures_open on erasures (customer_id) where state in ('waiting', 'running');
create index erasures_due on erasures (due_at) where state in ('waiting', 'running');

create table receipts (
    erasure_id uuid not null references erasures,
    service text not null,
    stores jsonb not null,
    remaining jsonb not null,
    received_at timestamptz not null,
    primary key (erasure_id, service)
);
"""

# Guards in the database itself, so that neither a mistake in the code nor a tired operator rewrites history. A
# tombstone is never taken away; the ledger loses lines only of a customer who has one, and gains none of theirs.
_GUARDS = (
    """
    create function guard_tombstones() returns trigger language plpgsql as $$
    begin
        if old.erased_at is not null and (tg_op = 'DELETE' or new.erased_at is distinct from old.erased_at) then
            raise exception 'a tombstone stays' using errcode = 'restrict_violation';
        end if;
        return case tg_op when 'DELETE' then old else new end;
    end $$
    """,
    """
    create trigger tombstones_stay before update or delete on standings
    for each row execute function guard_tombstones()
    """,
    """
    create function guard_ledger() returns trigger language plpgsql as $$
    begin
        if tg_op = 'INSERT' then
            if exists (select from standings where customer_id = new.customer_id and erased_at is not null) then
                raise exception 'this customer is erased' using errcode = 'restrict_violation';
            end if;
            return new;
        elsif tg_op = 'DELETE' then
            if exists (select from standings where customer_id = old.customer_id and erased_at is not null) then
                return old;
            end if;
        end if;
        raise exception 'the consent ledger is append-only: no %', lower(tg_op) using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger ledger_is_append_only before insert or update or delete on consents
    for each row execute function guard_ledger()
    """,
    """
    create trigger ledger_is_never_emptied before truncate on consents
    for each statement execute function guard_ledger()
    """,
)


def upgrade() -> None:
    """Create everything."""
    create_kernel_tables(op)
    for statement in (*_TABLES.split(";"), *_GUARDS):
        if statement.strip():
            op.execute(statement)
