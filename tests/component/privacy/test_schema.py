"""The declared tables are those that the migrations make."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Table, Text

import services.privacy.consents.tables
import services.privacy.erasures.tables
import services.privacy.holds.tables
import services.privacy.identity.tables
import services.privacy.imported.tables
import services.privacy.inbound.tables
import services.privacy.ledger_checks.tables
import services.privacy.notices.tables
import services.privacy.permits.tables
import services.privacy.preferences.tables
import services.privacy.requests.tables
import services.privacy.restrictions.tables
import services.privacy.seals.tables
import services.privacy.signups.tables
import services.privacy.subject_locks.tables
import services.privacy.suppression_lists.tables
import services.privacy.suppressions.tables  # noqa: F401
from services.privacy.metadata import metadata
from tests.schemas import differences


async def test_the_declared_tables_are_the_migrated_ones(database_url: str) -> None:
    """Catches a column that only one of both knows, or that has another type, nullability or key in one of them."""
    assert await differences(database_url, metadata) == []


async def test_a_column_that_differs_is_named(database_url: str) -> None:
    """Catches a comparison that sees nothing."""
    changed = MetaData()
    for name, table in metadata.tables.items():
        if name != "addresses":
            table.to_metadata(changed)
    Table("addresses", changed, Column("fingerprint", Text, primary_key=True), Column("channel", Text))
    assert await differences(database_url, changed) == [
        "addresses.channel: text not null key 2 as migrated, text as declared"
    ]
