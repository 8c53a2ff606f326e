"""The table of how far the own topic was compared."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from services.campaigns.metadata import metadata

# How far the own topic was compared with the ledger.
own_topic = Table(
    "own_topic",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)
