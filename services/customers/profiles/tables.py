"""Tables of profiles: records, history, and the ids that were erased."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.customers.metadata import MOMENT, metadata
from shared.customers.tombstones import tombstones_table

# One row per id ever given. `claims`, `unfit` and `hearsay` are what was stated under this id; the columns from
# `status` on are the profile shown, kept on the root of a group (customer_id = current_id) so that reads need no rule.
customers = Table(
    "customers",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("current_id", UUID, nullable=False),
    Column("merged_into", UUID),
    Column("merged_at", MOMENT),
    Column("kind", Text, nullable=False),
    Column("source", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("claims", JSONB, nullable=False),
    Column("unfit", JSONB, nullable=False),
    Column("hearsay", JSONB, nullable=False),
    # What would hold without claims of imports: {name: [[value, at, by, trusted], …]}, the uppermost first.
    Column("beneath", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("name", Text),
    Column("country", Text),
    Column("profile", JSONB, nullable=False),
    Column("reachable", ARRAY(Text), nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("change_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("cause", UUID),
    Column("what", JSONB, nullable=False),
)

# `at` is written by the version before, as long as it runs beside this one.
tombstones = tombstones_table(metadata, Column("at", MOMENT))
