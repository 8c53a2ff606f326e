"""Event types that the firm has declared."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.interactions.metadata import metadata

event_types = Table(
    "event_types",
    metadata,
    Column("name", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("schema", JSONB, nullable=False),
    Column("segmentable", ARRAY(Text), nullable=False),
    Column("personal", ARRAY(Text), nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
)
