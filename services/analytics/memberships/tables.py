"""What the engine remembers of each customer, and who is and was in which segment."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Identity, Integer, LargeBinary, SmallInteger, Table, Text, Uuid

from services.analytics.metadata import MOMENT, metadata

states = Table(
    "states",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("wake", MOMENT),
    Column("revision", BigInteger, nullable=False),
)
memberships = Table(
    "memberships",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("segment_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("since", MOMENT, nullable=False),
)
segment_counts = Table(
    "segment_counts",
    metadata,
    Column("segment_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("writer", Integer, primary_key=True),
    Column("members", BigInteger, nullable=False),
)
membership_history = Table(
    "membership_history",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", MOMENT, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("segment_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entered", Boolean, nullable=False),
    Column("cause", Text, nullable=False),
    Column("origin", Text, nullable=False),
)
