"""Visitors of sites and apps, and the customer that each turned out to be."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Table, Uuid, text

from services.interactions.metadata import metadata

_Instant = DateTime(timezone=True)

# `since` is when the earliest of what is kept of the visitor occurred, `seen_at` when something came last.
visitors = Table(
    "visitors",
    metadata,
    Column("visitor_id", Uuid, primary_key=True),
    Column("customer_id", Uuid),
    Column("shared", Boolean, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("since", _Instant, nullable=False),
    Column("seen_at", _Instant, nullable=False),
    Index("visitors_customer", "customer_id", postgresql_where=text("customer_id is not null")),
    Index("visitors_idle", "seen_at"),
)
