"""How many members each segment had at the end of each day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, Table, Uuid

from services.analytics.metadata import metadata

segment_sizes = Table(
    "segment_sizes",
    metadata,
    Column("segment_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("members", BigInteger, nullable=False),
)
