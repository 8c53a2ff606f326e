"""Tables of merges and link candidates."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.customers.metadata import MOMENT, metadata

link_candidates = Table(
    "link_candidates",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("candidate_id", UUID, primary_key=True),
    Column("owner_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("decided_at", MOMENT),
    Column("decided_by", Text),
    Column("trust", Text, nullable=False),
)

# customer_id is the survivor.
merges = Table(
    "merges",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("merge_id", UUID, primary_key=True),
    Column("absorbed", UUID, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("undone_at", MOMENT),
    Column("undone_by", Text),
)
