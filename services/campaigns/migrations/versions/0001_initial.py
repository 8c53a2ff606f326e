"""Campaigns, the ledger, the gate's policy, and the local read models."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
create table campaigns (
    id uuid primary key,
    version bigint not null,
    state text not null check (state in ('draft', 'running', 'paused', 'stopped', 'finished')),
    definition jsonb not null,
    salt uuid not null,
    run_id uuid not null,
    created_at timestamptz not null,
    started_at timestamptz
);

create table campaign_versions (
    campaign_id uuid not null references campaigns,
    version bigint not null,
    definition jsonb not null,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (campaign_id, version)
);

create table policies (
    name text primary key check (name = 'default'),
    version bigint not null,
    policy jsonb not null,
    halted boolean not null default false,
    halted_by text,
    halted_at timestamptz
);
insert into policies (name, version, policy) values ('default', 0, '{}');

create table messages (
    customer_id uuid not null,
    id uuid not null,
    campaign_id uuid not null,
    entry_id uuid not null,
    step text not null,
    channel text not null,
    purpose text not null,
    priority smallint not null,
    state text not null
        check (state in ('waiting', 'claimed', 'handed_over', 'refused', 'failed', 'unknown')),
    reason text,
    deferred_for text,
    attempts int not null default 0,
    context jsonb not null,
    enrolled_at timestamptz not null,
    not_before timestamptz not null,
    expires_at timestamptz not null,
    holder bigint,
    claimed_at timestamptz,
    permit_id uuid,
    bounced boolean not null default false,
    settled_at timestamptz,
    settled_by text,
    primary key (customer_id, id),
    unique (customer_id, campaign_id, entry_id, step, channel)
);
create index messages_due on messages (priority, not_before) where state = 'waiting';
create index messages_held on messages (holder) where holder is not null;
create index messages_unknown on messages (id) where state = 'unknown';
create index messages_open on messages (campaign_id) where state in ('waiting', 'claimed');
create index messages_campaign on messages (campaign_id, id);

create table address_claims (
    campaign_id uuid not null,
    entry_id uuid not null,
    channel text not null,
    address_hash text not null,
    customer_id uuid not null,
    message_id uuid not null,
    primary key (campaign_id, entry_id, channel, address_hash)
);
create index address_claims_customer on address_claims (customer_id);

create table responses (
    customer_id uuid not null,
    campaign_id uuid not null,
    message_id uuid not null,
    kind text not null,
    link text not null,
    first_at timestamptz not null,
    primary key (campaign_id, kind, message_id, link)
);
create index responses_customer on responses (customer_id);

create table memberships (
    customer_id uuid not null,
    segment_id uuid not null,
    member boolean not null,
    version bigint not null,
    since timestamptz not null,
    primary key (customer_id, segment_id)
);
create index memberships_segment on memberships (segment_id, customer_id) where member;

create table profiles (
    customer_id uuid primary key,
    version bigint not null,
    status text,
    time_zone text,
    language text,
    reachable text[] not null
);

create table consents (
    customer_id uuid not null,
    purpose text not null,
    channel text not null,
    state text not null,
    expires_at timestamptz,
    version bigint not null,
    primary key (customer_id, purpose, channel)
);

create table suppressions (
    customer_id uuid not null,
    channel text not null,
    active boolean not null,
    version bigint not null,
    primary key (customer_id, channel)
);

create table restrictions (
    customer_id uuid primary key,
    restricted boolean not null,
    version bigint not null
);

create table aliases (
    merge_id uuid primary key,
    old_id uuid not null,
    current_id uuid not null,
    undone boolean not null
);
create index aliases_old on aliases (old_id) where not undone;
create index aliases_current on aliases (current_id) where not undone;

create table tombstones (
    customer_id uuid primary key,
    request_id uuid not null,
    erased_at timestamptz not null
);

create table erasures (
    request_id uuid primary key,
    customer_id uuid not null,
    stores jsonb not null,
    done_at timestamptz
);

create table heard_unsent (
    response_id text primary key,
    customer_id uuid not null,
    value bytea not null,
    heard_at timestamptz not null
);
create index heard_unsent_order on heard_unsent (heard_at);

create table own_topic (
    partition int primary key,
    next_offset bigint not null
);
"""


def upgrade() -> None:
    """Create everything."""
    create_kernel_tables(op)
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
