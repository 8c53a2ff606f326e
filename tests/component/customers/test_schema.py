"""The declared tables are those that the migrations make."""

from __future__ import annotations

import services.customers.attributes.tables
import services.customers.duplicates.tables
import services.customers.exports.tables
import services.customers.identifiers.tables
import services.customers.imports.tables
import services.customers.merges.tables
import services.customers.profiles.tables
import services.customers.relations.tables  # noqa: F401
from services.customers.config import Settings
from services.customers.metadata import metadata
from tests.schemas import differences


async def test_the_declared_tables_are_the_migrated_ones(settings: Settings) -> None:
    """Would catch a migration without its table, and a table without its migration."""
    assert await differences(settings.database_url, metadata) == []
