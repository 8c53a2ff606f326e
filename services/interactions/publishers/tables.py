"""Counts of publishers' events by minute, and examples of what was refused. Both are forgotten after a day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text

from services.interactions.metadata import metadata

_Instant = DateTime(timezone=True)

# By the machine's clock: somebody looks at it while he tries his shop, however fast business time runs.
publisher_minutes = Table(
    "publisher_minutes",
    metadata,
    Column("publisher", Text, primary_key=True),
    Column("minute", _Instant, primary_key=True),
    Column("door", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("events", BigInteger, nullable=False),
    Index("publisher_minutes_age", "minute"),
)

publisher_examples = Table(
    "publisher_examples",
    metadata,
    Column("publisher", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("cure", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("seen_at", _Instant, nullable=False),
    Index("publisher_examples_age", "seen_at"),
)
