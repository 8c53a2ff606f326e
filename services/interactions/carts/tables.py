"""Carts of known customers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.interactions.metadata import metadata

_Instant = DateTime(timezone=True)

carts = Table(
    "carts",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("cart_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("pieces", JSONB, nullable=False),
    Column("checkout", Boolean, nullable=False),
    Column("opened_at", _Instant, nullable=False),
    Column("touched_at", _Instant, nullable=False),
    Column("ordered_at", _Instant),
    Column("told_at", _Instant),
    Index("carts_open", "touched_at", postgresql_where=text("state = 'open'")),
    Index("carts_touched", "touched_at", "customer_id", "cart_id"),
)
