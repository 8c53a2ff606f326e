"""Tables of identifiers: the addresses themselves, and the directory of owners."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.customers.metadata import MOMENT, metadata

identifiers = Table(
    "identifiers",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("identifier_id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text),
    Column("value", Text, nullable=False),
    Column("normalised", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("preferred", Boolean, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("trust", Text, nullable=False),
    Column("spelling", Integer, nullable=False),
    # [[at, by, trust], …] of all who stated it, where an import did.
    Column("statements", JSONB, nullable=False),
)

# The directory of identifiers that have one owner. Only the keyed hash: it outlives an erasure, with its generation.
identifier_owners = Table(
    "identifier_owners",
    metadata,
    Column("customer_id", UUID),
    Column("fingerprint", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("retired_at", MOMENT),
    Column("kind", Text),
    Column("trust", Text),
)
