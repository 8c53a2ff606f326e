"""The table of opens and clicks on their way."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text, Uuid

from services.campaigns.metadata import MOMENT, metadata

# Opens and clicks that the broker has not confirmed yet.
heard_unsent = Table(
    "heard_unsent",
    metadata,
    Column("response_id", Text, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("heard_at", MOMENT, nullable=False),
)
