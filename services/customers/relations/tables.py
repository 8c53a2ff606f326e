"""The table of relations."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from services.customers.metadata import MOMENT, metadata

# Under the ids that were said: a merge shows them to the survivor, its undo gives them back.
relations = Table(
    "relations",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("other_id", UUID, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("relation_id", UUID, nullable=False),
    Column("since", Date),
    Column("until", Date),
    Column("note", Text),
    Column("stated_at", MOMENT, nullable=False),
    Column("stated_by", Text, nullable=False),
)
