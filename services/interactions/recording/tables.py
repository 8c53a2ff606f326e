"""The log of interactions, and what keeps it free of repeats."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.interactions.metadata import metadata

_Instant = DateTime(timezone=True)

# Monthly partitions of the time it occurred, made by the batch that needs them. The primary key is the timeline.
interactions = Table(
    "interactions",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("time", _Instant, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("message_id", Text),
    Column("campaign_id", Uuid),
    Column("currency", Text),
    Column("amount", BigInteger),
    Column("base_amount", BigInteger),
    Column("detail", JSONB, nullable=False),
    Column("cause", Uuid),
    Column("recorded_at", _Instant, nullable=False),
    Index("interactions_id", "id"),
    postgresql_partition_by="RANGE (time)",
)

# Keyed digests of (publisher, message id), kept as long as the interactions: once recorded, always recorded.
messages = Table(
    "messages",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    # What the message said, as 8 bytes; unknown of those recorded by former releases.
    Column("content", LargeBinary),
    postgresql_partition_by="HASH (digest)",
)

# What customers was told already about whom, so that a thousand purchases do not repeat one address.
observations = Table(
    "told_marks",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    # Who else was called so. By hash: a fraction of the size, and nobody asks for ranges. Traits are everybody's slot.
    Index(
        "told_marks_slot",
        "slot",
        postgresql_using="hash",
        postgresql_where=text("slot not in ('traits', 'browser:traits')"),
    ),
)
