"""What a round computed, how far inputs are handled, and the sweep of states behind it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, SmallInteger, Table, Uuid

from services.analytics.metadata import MOMENT, metadata

fills = Table(
    "fills",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
)
read_up_to = Table(
    "read_up_to",
    metadata,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    Column("moment", MOMENT, nullable=False),
)
sweeps = Table(
    "sweeps",
    metadata,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("at", Uuid),
    Column("done", Boolean, nullable=False),
)
