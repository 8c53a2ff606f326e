"""The customers database."""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
create table customers (
    customer_id uuid primary key,
    current_id uuid not null,
    merged_into uuid,
    merged_at timestamptz,
    kind text not null check (kind in ('person', 'firm')),
    source text,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    version bigint not null,
    claims jsonb not null,
    unfit jsonb not null,
    status text not null check (status in ('prospect', 'lead', 'active', 'lapsed', 'lost', 'blocked')),
    name text,
    country text,
    profile jsonb not null,
    reachable text[] not null,
    check ((merged_into is null) = (customer_id = current_id)),
    check ((merged_into is null) = (merged_at is null))
);
create index customers_current on customers (current_id);
create index customers_listed on customers (created_at, customer_id) where merged_into is null;
create index customers_name on customers (lower(name) text_pattern_ops) where merged_into is null;
create index customers_profile on customers using gin (profile jsonb_path_ops) where merged_into is null;

create table identifiers (
    customer_id uuid not null,
    identifier_id uuid not null,
    kind text not null check (kind in ('external_id', 'card', 'email', 'phone')),
    source text,
    value text not null,
    normalised text not null,
    fingerprint text not null,
    verified boolean not null,
    preferred boolean not null,
    at timestamptz not null,
    by text not null,
    primary key (customer_id, identifier_id),
    unique (customer_id, fingerprint)
);
create index identifiers_fingerprint on identifiers (fingerprint);
create index identifiers_email on identifiers (normalised text_pattern_ops) where kind = 'email';

create table identifier_owners (
    customer_id uuid,
    fingerprint text primary key,
    generation int not null default 0,
    retired_at timestamptz
);
create index identifier_owners_customer on identifier_owners (customer_id);

create table changes (
    customer_id uuid not null,
    change_id uuid not null,
    version bigint not null,
    at timestamptz not null,
    by text not null,
    cause uuid,
    what jsonb not null,
    primary key (customer_id, change_id)
);

create table link_candidates (
    customer_id uuid not null,
    candidate_id uuid not null,
    owner_id uuid not null,
    kind text not null,
    fingerprint text not null,
    state text not null check (state in ('open', 'accepted', 'dismissed')),
    at timestamptz not null,
    by text not null,
    decided_at timestamptz,
    decided_by text,
    primary key (customer_id, candidate_id),
    unique (customer_id, fingerprint, owner_id)
);
create index link_candidates_state on link_candidates (state, candidate_id);
create index link_candidates_owner on link_candidates (owner_id);

create table merges (
    customer_id uuid not null,
    merge_id uuid not null,
    absorbed uuid not null,
    at timestamptz not null,
    by text not null,
    fields jsonb not null,
    undone_at timestamptz,
    undone_by text,
    primary key (customer_id, merge_id)
);
create index merges_id on merges (merge_id);
create index merges_absorbed on merges (absorbed);

create table tombstones (
    customer_id uuid primary key,
    request_id uuid not null,
    at timestamptz not null
);

create table attribute_definitions (
    name text primary key,
    label text not null,
    type text not null,
    applies_to text not null,
    allowed text[] not null,
    purpose text not null,
    personal boolean not null,
    segmentable boolean not null,
    retention_days int,
    changed_at timestamptz not null,
    changed_by text not null
);

create table attribute_refreshes (
    refresh_id uuid primary key,
    name text not null,
    requested_at timestamptz not null,
    position uuid not null default '00000000-0000-0000-0000-000000000000',
    done_at timestamptz
);
create index attribute_refreshes_open on attribute_refreshes (refresh_id) where done_at is null
"""


def upgrade() -> None:
    """Make every table."""
    create_kernel_tables(op)
    for statement in _TABLES.split(";"):
        op.execute(statement)
