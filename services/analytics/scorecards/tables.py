"""Scores of customers by the newest fits, and customers whose memberships follow a change of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Integer, SmallInteger, Table, Text, Uuid

from services.analytics.metadata import MOMENT, metadata

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
    Column("spend_percentile", Double),
)
score_changes = Table(
    "score_changes",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("origin", Text, nullable=False),
    Column("cause", Uuid, nullable=False),
)
