"""The declared tables are those that the migrations make."""

from __future__ import annotations

import services.campaigns.campaigns.tables
import services.campaigns.contacts.tables
import services.campaigns.delivery.tables
import services.campaigns.erasures.tables
import services.campaigns.gate.tables
import services.campaigns.journeys.tables
import services.campaigns.messages.tables
import services.campaigns.settings.tables
import services.campaigns.tracking.tables  # noqa: F401
from services.campaigns.config import Settings
from services.campaigns.metadata import metadata
from tests.schemas import differences


async def test_the_declared_tables_are_the_migrated_ones(settings: Settings) -> None:
    """Would catch a migration without its table, and a table without its migration."""
    assert await differences(settings.database_url, metadata) == []
