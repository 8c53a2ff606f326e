"""Products that are bought together, as of the last count."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Table, Text

from services.analytics.metadata import MOMENT, metadata

product_pairs = Table(
    "product_pairs",
    metadata,
    Column("product", Text, primary_key=True),
    Column("beside", Text, primary_key=True),
    Column("baskets", BigInteger, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("lift", Double, nullable=False),
    Column("score", Double, nullable=False),
    Column("counted_at", MOMENT, nullable=False),
)
