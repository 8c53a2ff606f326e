"""Tables of the copies of other services' facts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.campaigns.metadata import MOMENT, metadata
from shared.customers.merges import merges_table
from shared.customers.tombstones import tombstones_table

# Who is in which segment; rows of those who left stay, so that an older event cannot bring them back.
memberships = Table(
    "memberships",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("segment_id", Uuid, primary_key=True),
    Column("member", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("since", MOMENT, nullable=False),
)

# Which segments there are. Version 0: from before this copy, told by its members alone.
segments = Table(
    "segments",
    metadata,
    Column("segment_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)

# Also the row that a claim and an enrolment lock: one customer, one decision at a time. Version 0: no event came yet.
profiles = Table(
    "profiles",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("status", Text),
    Column("time_zone", Text),
    Column("language", Text),
    Column("reachable", ARRAY(Text), nullable=False),
    Column("attributes", JSONB, nullable=False, server_default=text("'{}'")),
)

consents = Table(
    "consents",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("expires_at", MOMENT),
    Column("version", BigInteger, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)

restrictions = Table(
    "restrictions",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("restricted", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)

# Complaints by case: solved ones stay as well, so that a late word of an earlier state does not open them again.
complaints = Table(
    "complaints",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("complaints_customer", "customer_id"),
)

merges = merges_table(metadata)
tombstones = tombstones_table(metadata)
