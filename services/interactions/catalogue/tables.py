"""Products, their prices and costs since when, and ids that purchases name and nobody knows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.interactions.metadata import metadata

_Instant = DateTime(timezone=True)

products = Table(
    "products",
    metadata,
    Column("product_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text),
    Column("department", Text),
    Column("brand", Text),
    Column("stock", Double),
    Column("starts_at", _Instant),
    Column("ends_at", _Instant),
    Column("url", Text),
    Column("image", Text),
    Column("substitutes", ARRAY(Text), nullable=False),
    Column("complements", ARRAY(Text), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("changed_at", _Instant, nullable=False),
    Index("products_category", "category", "product_id"),
)

product_prices = Table(
    "product_prices",
    metadata,
    Column("product_id", Text, primary_key=True),
    Column("since", _Instant, primary_key=True),
    Column("price", BigInteger),
    Column("cost", BigInteger),
    Column("currency", Text, nullable=False),
)

unknown_products = Table(
    "unknown_products",
    metadata,
    Column("product_id", Text, primary_key=True),
    Column("lines", BigInteger, nullable=False),
    Column("first_seen", _Instant, nullable=False),
    Column("last_seen", _Instant, nullable=False),
)
