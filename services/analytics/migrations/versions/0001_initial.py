"""Facts, profiles, consents, lists; segments, states, memberships; merges and erasure."""

from alembic import op

from shared.database.kernel_tables import create_kernel_tables

revision = "0001"
down_revision = None

FACT_PARTITIONS = 8

_DDL = """
create table facts (
    customer_id uuid not null,
    time timestamptz not null,
    event_id uuid not null,
    line smallint not null,
    event text not null,
    recorded_at timestamptz not null,
    amount bigint,
    items bigint,
    quantity double precision,
    cost bigint,
    channel text,
    store text,
    product text,
    category text,
    brand text,
    department text,
    direction text,
    outcome text,
    kind text,
    campaign text,
    primary key (customer_id, time, event_id, line)
) partition by hash (customer_id);
create index facts_event_time on facts (event, time);
create table profiles (
    customer_id uuid primary key,
    attributes jsonb not null,
    version bigint not null,
    changed_at timestamptz not null
);
create table attributes (
    name text primary key,
    type text not null,
    seen_at timestamptz not null
);
create table consents (
    customer_id uuid not null,
    channel text not null,
    purpose text not null,
    state text not null,
    expires_at timestamptz,
    version bigint not null,
    changed_at timestamptz not null,
    primary key (customer_id, channel, purpose)
);
create table lists (
    list_id uuid primary key,
    name text not null,
    description text,
    created_at timestamptz not null,
    created_by text not null
);
create unique index lists_name on lists (lower(name));
create table list_members (
    customer_id uuid not null,
    list_id uuid not null references lists on delete cascade,
    added_at timestamptz not null,
    expires_at timestamptz,
    primary key (customer_id, list_id)
);
create index list_members_list on list_members (list_id, customer_id);
create table states (
    customer_id uuid primary key,
    partition smallint not null,
    state bytea not null,
    wake timestamptz,
    revision bigint not null default 0
) with (fillfactor = 80);
create index states_wake on states (partition, wake) where wake is not null;
create index states_sweep on states (partition, customer_id);
create sequence segment_numbers as int minvalue 0;
create table segments (
    segment_id uuid primary key,
    number int not null unique default nextval('segment_numbers'),
    name text not null,
    description text,
    archived boolean not null default false,
    current_version int,
    newest_version int not null,
    created_at timestamptz not null,
    changed_at timestamptz not null
);
create unique index segments_name on segments (lower(name)) where not archived;
create table segment_versions (
    segment_id uuid not null references segments,
    version int not null,
    number int not null unique default nextval('segment_numbers'),
    definition jsonb not null,
    types jsonb not null,
    state text not null check (state in ('backfilling', 'live', 'replaced', 'archived')),
    created_at timestamptz not null,
    created_by text not null,
    live_at timestamptz,
    replaces int,
    round bigint,
    primary key (segment_id, version)
);
create index segment_versions_state on segment_versions (state);
create index segment_versions_round on segment_versions (round);
create table leaves (
    key text primary key,
    leaf_id int not null unique
);
create table programs (
    one boolean primary key default true check (one),
    revision bigint not null,
    next_leaf int not null,
    changed_at timestamptz not null default '-infinity'
);
insert into programs (revision, next_leaf) values (1, 0);
create table sweeps (
    partition smallint primary key,
    revision bigint not null,
    at uuid,
    done boolean not null default false
);
create table fill_rounds (
    round bigint generated always as identity primary key,
    revision bigint not null,
    since timestamptz not null,
    stage text not null default 'waiting' check (stage in ('waiting', 'applying', 'telling', 'done')),
    moment timestamptz,
    done_to uuid,
    live_revision bigint
);
create unique index fill_rounds_open on fill_rounds ((true)) where stage <> 'done';
create table fills (
    customer_id uuid not null,
    number int not null,
    primary key (customer_id, number)
);
create table read_up_to (
    partition smallint primary key,
    moment timestamptz not null
);
create table memberships (
    customer_id uuid not null,
    segment_id uuid not null,
    version int not null,
    since timestamptz not null,
    primary key (customer_id, segment_id, version)
) with (fillfactor = 90);
create index memberships_segment on memberships (segment_id, version, customer_id);
create table membership_history (
    customer_id uuid not null,
    id bigint generated always as identity,
    at timestamptz not null,
    recorded_at timestamptz not null,
    segment_id uuid not null,
    version int not null,
    entered boolean not null,
    cause text not null,
    origin text not null,
    primary key (customer_id, id)
);
create table aliases (
    customer_id uuid primary key,
    survivor uuid not null,
    merge_id uuid not null
);
create index aliases_survivor on aliases (survivor);
create table undone_merges (
    merge_id uuid primary key
);
create table dirty (
    customer_id uuid primary key,
    partition smallint not null,
    since timestamptz not null,
    origin text not null,
    cause uuid
);
create index dirty_partition on dirty (partition, since);
create table tombstones (
    customer_id uuid primary key,
    request_id uuid not null,
    erased_at timestamptz not null
);
create table reconciliations (
    id uuid primary key,
    started_at timestamptz not null,
    finished_at timestamptz,
    customers bigint not null default 0,
    mismatches bigint not null default 0,
    examples jsonb not null default '[]'
);
"""


def upgrade() -> None:
    """The first schema."""
    create_kernel_tables(op)
    for statement in _DDL.split(";"):
        if statement.strip():
            op.execute(statement)
    for part in range(FACT_PARTITIONS):
        share = f"modulus {FACT_PARTITIONS}, remainder {part}"
        op.execute(f"create table facts_{part} partition of facts for values with ({share})")
