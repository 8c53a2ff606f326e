"""Legal holds. An erasure empties the reason; that it was held, and when, stays for the certificate."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, Uuid

from services.privacy.metadata import TIMESTAMP, metadata

holds = Table(
    "holds",
    metadata,
    Column("hold_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", TIMESTAMP, nullable=False),
    Column("placed_at", TIMESTAMP, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("lifted_at", TIMESTAMP),
    Column("lifted_by", Text),
)
