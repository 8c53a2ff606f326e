"""Tables of what is set about sending, and of who set it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.metadata import MOMENT, metadata

# One row; null where the environment's settings hold. `smtp_password` is sealed by the installation's key.
sending_settings = Table(
    "sending_settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sender_name", Text),
    Column("sender_address", Text),
    Column("smtp_host", Text),
    Column("smtp_port", Integer),
    Column("smtp_security", Text),
    Column("smtp_user", Text),
    Column("smtp_password", Text),
    Column("allow_patterns", JSONB),
    Column("allow_holds", Boolean, nullable=False, server_default=text("false")),
    Column("checked_at", MOMENT),
    Column("changed_at", MOMENT),
    Column("changed_by", Text),
)

# Every change, for good: who may be written to is nothing to be changed unseen.
setting_changes = Table(
    "setting_changes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
)
