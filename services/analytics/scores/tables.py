"""Fits of models, and the scores of customers by the newest ones."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Integer, SmallInteger, Table, Text, Uuid
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
scores = Table(
    "scores",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("as_of", MOMENT, nullable=False),
    Column("last_purchase", MOMENT),
    Column("orders", Integer),
    Column("money", BigInteger),
    Column("r", SmallInteger),
    Column("f", SmallInteger),
    Column("m", SmallInteger),
    Column("rfm_group", Text),
    Column("rfm_fit", Uuid),
    Column("p_active", Double),
    Column("purchases_expected", Double),
    Column("clv", BigInteger),
    Column("crosses_at", MOMENT),
    Column("value_fit", Uuid),
)
