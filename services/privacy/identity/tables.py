"""Copies from customers-events: merges, owners of identifiers, and generations of retired ones."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text, Uuid, text

from services.privacy.metadata import metadata
from shared.customers.owners import identifier_owners_table

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

identifier_owners = identifier_owners_table(metadata)
