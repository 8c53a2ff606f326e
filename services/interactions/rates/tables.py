"""The table of rates."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, Numeric, Table, Text

from services.interactions.metadata import metadata

rates = Table(
    "rates",
    metadata,
    Column("currency", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("rate", Numeric, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
