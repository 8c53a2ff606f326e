"""Copies of what other services recorded: interactions, profiles, consents."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.analytics.metadata import MOMENT, metadata

facts = Table(
    "facts",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("time", MOMENT, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("event", Text, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("amount", BigInteger),
    Column("items", BigInteger),
    Column("quantity", Double),
    Column("cost", BigInteger),
    *(
        Column(name, Text)
        for name in (
            "channel", "store", "product", "category", "brand", "department", "direction", "outcome", "kind", "campaign"
        )
    ),
)  # fmt: skip
profiles = Table(
    "profiles",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("attributes", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
)
consents = Table(
    "consents",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("expires_at", MOMENT),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
)
