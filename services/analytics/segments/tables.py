"""Definitions and their versions, the program that runs, rounds of the back-fill, static lists, known attributes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.analytics.metadata import MOMENT, metadata

attributes = Table(
    "attributes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("seen_at", MOMENT, nullable=False),
)
lists = Table(
    "lists",
    metadata,
    Column("list_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", Text, nullable=False),
)
list_members = Table(
    "list_members",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("list_id", Uuid, ForeignKey("lists.list_id", ondelete="CASCADE"), primary_key=True),
    Column("added_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT),
)
# Complaints by case: solved ones stay, so that a late word of an earlier state does not open them again.
complaints = Table(
    "complaints",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("complaints_customer", "customer_id"),
)
segments = Table(
    "segments",
    metadata,
    Column("segment_id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("archived", Boolean, nullable=False),
    Column("current_version", Integer),
    Column("newest_version", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
)
segment_versions = Table(
    "segment_versions",
    metadata,
    Column("segment_id", Uuid, ForeignKey("segments.segment_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("definition", JSONB, nullable=False),
    Column("types", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("live_at", MOMENT),
    Column("replaces", Integer),
    Column("round", BigInteger),
)
leaves = Table(
    "leaves",
    metadata,
    Column("key", Text, primary_key=True),
    Column("leaf_id", Integer, nullable=False, unique=True),
)
programs = Table(
    "programs",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("next_leaf", Integer, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
)
fill_rounds = Table(
    "fill_rounds",
    metadata,
    Column("round", BigInteger, Identity(always=True), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("stage", Text, nullable=False),
    Column("moment", MOMENT),
    Column("done_to", Uuid),
    Column("live_revision", BigInteger),
)
