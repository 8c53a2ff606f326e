"""Wishes, one row for each customer id and address."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.privacy.metadata import TIMESTAMP, metadata

# `customer_id` is the id of a customer or of an address, as in the ledger. `frequencies` by purpose.
preferences = Table(
    "preferences",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("paused_until", TIMESTAMP),
    Column("language", Text),
    Column("frequencies", JSONB, nullable=False),
    Column("changed_at", TIMESTAMP, nullable=False),
    Column("changed_by", Text, nullable=False),
)
