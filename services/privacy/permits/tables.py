"""Permits that were granted, one row for each message and asking."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.privacy.metadata import TIMESTAMP, metadata

permits = Table(
    "permits",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("permit_id", Uuid, primary_key=True),
    Column("message_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("covers", ARRAY(Uuid), nullable=False),
    Column("versions", ARRAY(BigInteger), nullable=False),
    Column("granted_at", TIMESTAMP, nullable=False),
    # From before addresses were hashed as they are today.
    Column("former", Boolean, nullable=False, server_default=text("false")),
)
