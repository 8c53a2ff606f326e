"""Merged and erased customers, and those to recompute."""

from __future__ import annotations

from sqlalchemy import Column, SmallInteger, Table, Text, Uuid

from services.analytics.metadata import MOMENT, metadata
from shared.customers.merges import merges_table
from shared.customers.tombstones import tombstones_table

merges = merges_table(metadata)
tombstones = tombstones_table(metadata)
# Written by the version before, as long as it runs beside this one; a trigger carries each change over, both ways.
aliases = Table(
    "aliases",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("survivor", Uuid, nullable=False),
    Column("merge_id", Uuid, nullable=False),
)
undone_merges = Table("undone_merges", metadata, Column("merge_id", Uuid, primary_key=True))
dirty = Table(
    "dirty",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("origin", Text, nullable=False),
    Column("cause", Uuid),
)
