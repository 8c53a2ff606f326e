"""The table of statements that came with files."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, Uuid

from services.privacy.metadata import TIMESTAMP, metadata

# The ids that senders derived from file and row, so that a statement sent again is recorded once. Nothing personal.
imported_consents = Table(
    "imported_consents",
    metadata,
    Column("consent_id", Uuid, primary_key=True),
    Column("import_id", Uuid, nullable=False),
    Column("recorded_at", TIMESTAMP, nullable=False),
    Column("annulled_at", TIMESTAMP),
    Column("annulled_by", Text),
)
