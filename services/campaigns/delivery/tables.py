"""Tables of how far the own topic was compared, and of the sender's pauses."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from services.campaigns.metadata import MOMENT, metadata

# How far the own topic was compared with the ledger.
own_topic = Table(
    "own_topic",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)

# Why and until when (machine time) nothing is handed over for a sender; gone when a provider took a letter again.
sender_pauses = Table(
    "sender_pauses",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("since", MOMENT, nullable=False),
    Column("until", MOMENT, nullable=False),
    Column("in_a_row", Integer, nullable=False),
    Column("detail", Text, nullable=False),
)
