"""Restrictions as they were set and lifted; which one holds stands in `standings`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, Uuid

from services.privacy.metadata import TIMESTAMP, metadata

restriction_changes = Table(
    "restriction_changes",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("restricted", Boolean, nullable=False),
    Column("changed_at", TIMESTAMP, nullable=False),
    Column("changed_by", Text, nullable=False),
)
