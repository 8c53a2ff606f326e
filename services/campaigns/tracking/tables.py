"""Tables of opens and clicks on their way."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text, Uuid

from services.campaigns.metadata import MOMENT, metadata

# Every open and click that was heard, one row per message and link however often it is followed.
heard = Table(
    "heard",
    metadata,
    Column("response_id", Text, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("heard_at", MOMENT, nullable=False),
)

# Opens and clicks that the broker has not confirmed yet.
heard_unsent = Table(
    "heard_unsent",
    metadata,
    Column("response_id", Text, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("heard_at", MOMENT, nullable=False),
)
