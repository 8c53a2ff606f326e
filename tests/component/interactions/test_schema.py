"""The declared tables are those that the migrations make."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, Uuid

import services.interactions.carts.tables
import services.interactions.cases.tables
import services.interactions.catalogue.tables
import services.interactions.event_types.tables
import services.interactions.identity.tables
import services.interactions.imports.tables
import services.interactions.publishers.tables
import services.interactions.rates.tables
import services.interactions.recording.tables
import services.interactions.visitors.tables  # noqa: F401
from services.interactions.config import Settings
from services.interactions.metadata import metadata
from tests.schemas import differences


async def test_the_declared_tables_are_the_migrated_ones(settings: Settings) -> None:
    """Would catch a migration without its table, and a table without its migration."""
    assert await differences(settings.database_url, metadata) == []


async def test_a_column_that_differs_is_named(settings: Settings) -> None:
    """Would catch a comparison that sees nothing: another type, another key, a column that only one side has."""
    other = MetaData()
    for name, table in metadata.tables.items():
        if name != "told_marks":
            table.to_metadata(other)
    Table(
        "told_marks",
        other,
        Column("customer_id", Uuid, primary_key=True),
        Column("slot", Text, nullable=False),
        Column("digest", Integer),
        Column("added", LargeBinary),
    )
    assert await differences(settings.database_url, other) == [
        "told_marks.added: absent as migrated, bytea as declared",
        "told_marks.digest: bytea not null as migrated, integer as declared",
        "told_marks.slot: text not null key 2 as migrated, text not null as declared",
    ]
