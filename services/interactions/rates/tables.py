"""Tables of the base currency and of rates."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Numeric, Table, Text

from services.interactions.metadata import metadata

rates = Table(
    "rates",
    metadata,
    Column("currency", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("rate", Numeric, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# One row; without a currency that of the environment holds. What is fixed stays: amounts were valued in it.
base_currency = Table(
    "base_currency",
    metadata,
    Column("name", Text, primary_key=True),
    Column("currency", Text),
    Column("fixed", Boolean, nullable=False),
    Column("changed_at", DateTime(timezone=True)),
    Column("changed_by", Text),
)
