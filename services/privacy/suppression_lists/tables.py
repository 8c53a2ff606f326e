"""Entries of lists that were brought in."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from services.privacy.metadata import TIMESTAMP, metadata

suppression_list_entries = Table(
    "suppression_list_entries",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("algorithm", Text, primary_key=True),
    Column("list", Text, primary_key=True),
    Column("added_at", TIMESTAMP, nullable=False),
    Column("added_by", Text, nullable=False),
)
