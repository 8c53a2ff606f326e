"""The log of what happened, and what it needs to know about customers.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op

from shared.database.kernel_tables import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MESSAGE_PARTITIONS = 8
_DDL = """
create table interactions (
    customer_id uuid not null,
    time timestamptz not null,
    id uuid not null,
    kind text not null,
    channel text not null,
    origin text not null,
    publisher text not null,
    message_id text,
    campaign_id uuid,
    currency text,
    amount bigint,
    base_amount bigint,
    detail jsonb not null,
    cause uuid,
    recorded_at timestamptz not null,
    primary key (customer_id, time, id)
) partition by range (time);
create index interactions_id on interactions (id);
create table interactions_before_2000 partition of interactions
    for values from (minvalue) to ('2000-01-01 00:00:00+00');
create index outbox_identities on outbox (key) where topic = 'customers-inbound';
create table messages (
    digest bytea primary key
) partition by hash (digest);
create table told_marks (
    customer_id uuid not null,
    slot text not null,
    digest bytea not null,
    primary key (customer_id, slot)
);
create table merges (
    merge_id uuid primary key,
    absorbed uuid not null,
    survivor uuid not null,
    undone boolean not null
);
create index merges_absorbed on merges (absorbed);
create index merges_survivor on merges (survivor);
create table generations (
    fingerprint text primary key,
    generation integer not null,
    changed_at timestamptz not null
);
create index generations_changed_at on generations (changed_at);
create table tombstones (
    customer_id uuid primary key,
    request_id uuid not null,
    erased_at timestamptz not null
);
create table rates (
    currency text not null,
    day date not null,
    rate numeric not null check (rate > 0),
    changed_at timestamptz not null,
    primary key (currency, day)
);
"""


def upgrade() -> None:
    """Make everything; months of `interactions` are made by the batch that first needs them."""
    create_kernel_tables(op)
    for statement in _DDL.split(";"):
        if statement.strip():
            op.execute(statement)
    for number in range(_MESSAGE_PARTITIONS):
        op.execute(
            f"create table messages_{number} partition of messages"
            f" for values with (modulus {_MESSAGE_PARTITIONS}, remainder {number})"
        )
