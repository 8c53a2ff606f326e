"""The kernel's tables (outbox, inbox, dead letters, …), the same in every service's database."""

from __future__ import annotations

from typing import Any

KERNEL_TABLES = (
    *("outbox", "subjects", "inbox", "dead_letters", "idempotency", "offsets", "epochs"),
    "erased_names",
)

# Daily partitions by machine day are made ahead (shared.database.partitions); the default ones catch what fits none.
# outbox_promised holds the barrier's instant (microseconds since 1970): shared.events.barrier. A sequence changes in
# place: a row that changes ten times a second leaves as many dead ones for as long as anybody's transaction is open.
# A topic made anew begins again at offset 0: a dead letter's position is its own only together with its bytes.
_DDL = """
create table subjects (
    subject uuid primary key,
    version bigint not null
);
create table outbox (
    id bigint generated always as identity,
    day date not null,
    event_id uuid not null,
    topic text not null,
    key uuid not null,
    type text not null,
    traceparent text,
    value bytea not null,
    published boolean not null default false,
    primary key (id, day)
) partition by range (day);
create table outbox_default partition of outbox default;
create index outbox_unpublished on outbox (id) where not published;
create unlogged sequence outbox_promised;
create table inbox (
    consumer text not null,
    event_id uuid not null,
    day date not null,
    primary key (event_id, consumer, day)
) partition by range (day);
create table inbox_default partition of inbox default;
create table dead_letters (
    id uuid primary key,
    consumer text not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    key bytea,
    value bytea,
    headers jsonb not null,
    event_id uuid,
    reason text not null,
    error text not null,
    attempts int not null,
    state text not null default 'open' check (state in ('open', 'replaying', 'replayed', 'discarded')),
    repaired bytea,
    created_at timestamptz not null,
    changed_at timestamptz,
    changed_by text,
    note text
);
create unique index dead_letters_position on dead_letters (consumer, topic, partition, "offset", md5(value))
    nulls not distinct;
create index dead_letters_state on dead_letters (state, id);
create table idempotency (
    caller text not null,
    key text not null,
    method text not null,
    path text not null,
    request_hash bytea not null,
    status int not null,
    body bytea not null,
    headers jsonb not null,
    created_at timestamptz not null,
    primary key (caller, key)
);
create index idempotency_age on idempotency (created_at);
"""

# Room for the next versions of a row on its page: each batch changes it, and no index with it.
_OFFSETS = """
create table offsets (
    consumer text not null,
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    last_digest bytea,
    primary key (consumer, topic, partition)
) with (fillfactor = 20);
"""


def create_kernel_tables(op: Any) -> None:
    """Called by each service's first migration; `op` is alembic's."""
    _execute(op, _DDL)


def create_offsets(op: Any) -> None:
    """Where each consumer stands, beside its effects: shared.events.offsets."""
    _execute(op, _OFFSETS)


def log_promises(op: Any) -> None:
    """The barrier (shared.events.barrier) survives a crash of the server: ten times a second a few bytes of its log."""
    op.execute("alter sequence outbox_promised set logged")


def create_epochs(op: Any) -> None:
    """One row each time that the database was found to be restored from a backup: shared.events.epochs."""
    op.execute("create table epochs (epoch int primary key, raised_at timestamptz not null)")


def create_floods(op: Any) -> None:
    """Who published what could not be handled, and what was counted instead of kept: shared.events.floods."""
    op.execute("alter table dead_letters add column publisher text, add column flood jsonb")
    op.execute(
        "create index dead_letters_floods on dead_letters (consumer, topic, partition, publisher)"
        " where flood is not null"
    )


# `names` are keyed numbers of everything in a letter that could name a customer (shared.customers.traces), null where
# nobody has looked; `received_ms` is when the broker took the record, on the machine's clock.
_LETTER_NAMES = """
alter table dead_letters add column names bigint[], add column received_ms bigint;
create index dead_letters_names on dead_letters using gin (names);
create index dead_letters_unread on dead_letters (id) where names is null;
create table erased_names (name bigint primary key, erased_ms bigint not null);
"""


def create_letter_names(op: Any) -> None:
    """By which an erasure finds the letters about somebody: shared.events.letter_erasure."""
    _execute(op, _LETTER_NAMES)


# In the order in which the services' migrations have them.
STEPS = (create_kernel_tables, create_offsets, log_promises, create_epochs, create_floods, create_letter_names)


def create_newest_kernel_tables(op: Any) -> None:
    """All of it at once, for a database that no migration has made (a test's)."""
    for step in STEPS:
        step(op)


def _execute(op: Any, statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            op.execute(statement)
