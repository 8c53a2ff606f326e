"""What other services reported about identity: merges, generations, tombstones."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid

from services.interactions.metadata import metadata
from shared.customers.owners import identifier_owners_table

_Instant = DateTime(timezone=True)

merges = Table(
    "merges",
    metadata,
    Column("merge_id", Uuid, primary_key=True),
    Column("absorbed", Uuid, nullable=False),
    Column("survivor", Uuid, nullable=False),
    Column("undone", Boolean, nullable=False),
    Index("merges_absorbed", "absorbed"),
    Index("merges_survivor", "survivor"),
)

generations = Table(
    "generations",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("changed_at", _Instant, nullable=False),
    Index("generations_changed_at", "changed_at"),
)

identifier_owners = identifier_owners_table(metadata)

tombstones = Table(
    "tombstones",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("request_id", Uuid, nullable=False),
    Column("erased_at", _Instant, nullable=False),
)
