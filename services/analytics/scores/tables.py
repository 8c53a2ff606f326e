"""Fits of models."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.analytics.metadata import MOMENT, metadata

fits = Table(
    "score_fits",
    metadata,
    Column("fit_id", Uuid, primary_key=True),
    Column("model", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("as_of", MOMENT),
    Column("finished_at", MOMENT),
    Column("customers", BigInteger),
    Column("parameters", JSONB),
    Column("quality", JSONB),
    Column("reason", Text),
    Column("detail", Text),
)
