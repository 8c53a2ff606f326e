"""Copies from customers-events: merges, and generations of retired identifiers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text, Uuid, text

from services.privacy.metadata import metadata

# Merges and their undoing, in whatever order they arrive.
aliases = Table(
    "aliases",
    metadata,
    Column("merge_id", Uuid, primary_key=True),
    Column("old", Uuid, nullable=False),
    Column("current", Uuid, nullable=False),
    Column("undone", Boolean, nullable=False, server_default=text("false")),
)

# From which generation on an identifier derives a new customer.
generations = Table(
    "generations",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
)
