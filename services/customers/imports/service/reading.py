"""Gather what is needed to read the rows of an import."""

from __future__ import annotations

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.imports.domain.imports import Import
from services.customers.imports.domain.rows import Reading
from shared.database.transaction import Tx


async def reading_of(tx: Tx, settings: Settings, made: Import) -> Reading:
    """All that is needed to read its rows."""
    return Reading(
        key=settings.key,
        region=settings.phone_region,
        columns=made.sheet.columns,
        mapping=made.mapping or (),
        formats=made.sheet.formats,
        definitions=await load_definitions(tx),
        consents=made.consents,
    )
