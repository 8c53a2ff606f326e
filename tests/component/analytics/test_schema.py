"""The declared tables are those that the migrations make."""

from __future__ import annotations

import services.analytics.backfill.tables
import services.analytics.crosssell.tables
import services.analytics.facts.tables
import services.analytics.identity.tables
import services.analytics.insights.tables
import services.analytics.memberships.tables
import services.analytics.reconciliation.tables
import services.analytics.scorecards.tables
import services.analytics.scores.tables
import services.analytics.segments.tables  # noqa: F401
from services.analytics.config import Settings
from services.analytics.metadata import metadata
from tests.schemas import differences


async def test_the_declared_tables_are_the_migrated_ones(settings: Settings) -> None:
    """Would catch a migration without its table, and a table without its migration."""
    assert await differences(settings.database_url, metadata) == []
