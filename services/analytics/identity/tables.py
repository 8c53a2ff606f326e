"""Merged and erased customers, and those to recompute."""

from __future__ import annotations

from sqlalchemy import Column, SmallInteger, Table, Text, Uuid

from services.analytics.metadata import MOMENT, metadata

aliases = Table(
    "aliases",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("survivor", Uuid, nullable=False),
    Column("merge_id", Uuid, nullable=False),
)
undone_merges = Table("undone_merges", metadata, Column("merge_id", Uuid, primary_key=True))
tombstones = Table(
    "tombstones",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("request_id", Uuid, nullable=False),
    Column("erased_at", MOMENT, nullable=False),
)
dirty = Table(
    "dirty",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("origin", Text, nullable=False),
    Column("cause", Uuid),
)
