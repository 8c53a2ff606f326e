"""Tables of exports: each with who, what and why; who fetched its file; layouts that are kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.customers.metadata import MOMENT, metadata

exports = Table(
    "exports",
    metadata,
    Column("export_id", UUID, primary_key=True),
    Column("format", Text, nullable=False),
    Column("criteria", JSONB, nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("cursor", Text),
    Column("finished_at", MOMENT),
    Column("failure", Text),
    Column("file_deleted_at", MOMENT),
)

export_downloads = Table(
    "export_downloads",
    metadata,
    Column("export_id", UUID, primary_key=True),
    Column("at", MOMENT, primary_key=True),
    Column("by", Text, nullable=False),
)

# Whose rows are in a file that is there, so that an erasure finds it.
export_customers = Table(
    "export_customers",
    metadata,
    Column("export_id", UUID, primary_key=True),
    Column("customer_id", UUID, primary_key=True),
)

export_layouts = Table(
    "export_layouts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("columns", JSONB, nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    Column("saved_by", Text, nullable=False),
)
