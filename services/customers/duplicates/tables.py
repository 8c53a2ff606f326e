"""Tables of duplicates: what is compared, by which keys customers meet, pairs, comparisons of everybody."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Identity, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.customers.metadata import MOMENT, metadata

# A copy, so that a block of fifty is read in a millisecond: unpacking fifty profiles takes twenty.
duplicate_likenesses = Table(
    "duplicate_likenesses",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("compared", Text, nullable=False),
)

duplicate_keys = Table(
    "duplicate_keys",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("key", BigInteger, primary_key=True),
)

# Who was written since and waits for being compared; a trigger of `customers` fills it (0015).
duplicate_marks = Table(
    "duplicate_marks",
    metadata,
    Column("mark_id", BigInteger, Identity(always=True), primary_key=True),
    Column("customer_id", UUID, nullable=False),
)

# customer_id is the smaller of the two ids, so that a pair stands once.
duplicates = Table(
    "duplicates",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("other_id", UUID, primary_key=True),
    Column("duplicate_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("found_at", MOMENT, nullable=False),
    Column("decided_at", MOMENT),
    Column("decided_by", Text),
    Column("merge_id", UUID),
)

duplicate_runs = Table(
    "duplicate_runs",
    metadata,
    Column("run_id", UUID, primary_key=True),
    Column("state", Text, nullable=False),
    Column("position", UUID),
    Column("customers", BigInteger, nullable=False),
    Column("compared", BigInteger, nullable=False),
    Column("found", BigInteger, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("finished_at", MOMENT),
)
