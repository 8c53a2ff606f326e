"""Comparisons of memberships with the facts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.analytics.metadata import MOMENT, metadata

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("started_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    Column("customers", BigInteger, nullable=False),
    Column("mismatches", BigInteger, nullable=False),
    Column("examples", JSONB, nullable=False),
)
