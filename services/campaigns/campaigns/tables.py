"""Tables of campaigns and their versions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.metadata import MOMENT, metadata

# A one-off that is starting is `running` and `freezing`: everybody up to `frozen_after` is in.
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
    Column("running_since", MOMENT),
    Column("state_reason", Text),
    Column("freezing", Boolean, nullable=False, server_default=text("false")),
    Column("frozen_after", Uuid),
    Column("members", BigInteger),
    Column("entered", BigInteger, nullable=False, server_default=text("0")),
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
