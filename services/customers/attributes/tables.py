"""Tables of attributes: the firm's own definitions, and the refreshes that a changed one asks for."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.customers.metadata import MOMENT, metadata

attribute_definitions = Table(
    "attribute_definitions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("applies_to", Text, nullable=False),
    Column("allowed", ARRAY(Text), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("personal", Boolean, nullable=False),
    Column("segmentable", Boolean, nullable=False),
    Column("retention_days", Integer),
    Column("changed_at", MOMENT, nullable=False),
    Column("changed_by", Text, nullable=False),
)

# A definition came or changed: the customers that have the attribute are published again, from `position` on.
attribute_refreshes = Table(
    "attribute_refreshes",
    metadata,
    Column("refresh_id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("position", UUID, nullable=False, server_default=text("'00000000-0000-0000-0000-000000000000'")),
    Column("done_at", MOMENT),
)
