"""Tables of campaigns and their versions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.metadata import MOMENT, metadata

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("definition", JSONB, nullable=False),
    Column("salt", Uuid, nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("started_at", MOMENT),
)

campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaigns.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("definition", JSONB, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("changed_by", Text, nullable=False),
)
