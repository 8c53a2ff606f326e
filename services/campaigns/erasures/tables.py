"""The table of erasure requests."""

from __future__ import annotations

from sqlalchemy import Column, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.metadata import MOMENT, metadata

# Requests with what was erased so far; without `done_at`, the receipt is not given yet.
erasures = Table(
    "erasures",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("stores", JSONB, nullable=False),
    Column("done_at", MOMENT),
)
