"""Purposes, and the wordings that people saw."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.privacy.metadata import TIMESTAMP, metadata

purposes = Table(
    "purposes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("labels", JSONB, nullable=False),
    Column("description", Text, nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    # [{"basis": …, "days": …}]
    Column("bases", JSONB, nullable=False),
    Column("built_in", Boolean, nullable=False, server_default=text("false")),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", TIMESTAMP, nullable=False),
)

# Append-only by trigger: statements point here for as long as they are kept, and longer.
notices = Table(
    "notices",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("recorded_at", TIMESTAMP, nullable=False),
    Column("recorded_by", Text, nullable=False),
    UniqueConstraint("name", "version", "language"),
)
