"""What is asked of an import: mapping, dry run, start, pause, going on, an end before the last row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.imports.domain.consents import ConsentRule
from services.customers.imports.domain.imports import Import
from services.customers.imports.domain.mapping import faults_of
from services.customers.imports.repository.files import IMPORTS
from services.customers.imports.service.faults import refuse_consent_faults
from services.customers.imports.service.saved import keep_last
from shared.database.transaction import Tx
from shared.files.imports import steering
from shared.files.mapping import Mapped


async def map_columns(
    tx: Tx, settings: Settings, import_id: UUID, mapping: Mapped, consents: Sequence[ConsentRule] = ()
) -> Import:
    """The columns mean this; what a dry run found by another mapping is forgotten.

    Raises InvalidMapping, WrongState.
    """
    made = await IMPORTS.find(tx, import_id, lock=True)
    steering.refuse_taken(made, failed_may_begin_anew=not made.position)
    faults = faults_of(mapping, made.sheet.columns, made.sheet.formats, await load_definitions(tx))
    steering.refuse_faults(mapping, faults)
    refuse_consent_faults(settings, consents, made.sheet.columns)
    mapped = replace(made, mapping=list(mapping), consents=list(consents), state="mapped")
    return await steering.begin(tx, IMPORTS, mapped)


async def check_import(tx: Tx, import_id: UUID) -> Import:
    """The worker counts what the rows would come to; no customer changes. Raises WrongState."""
    return await steering.check_import(tx, IMPORTS, import_id)


async def start_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker takes the rows, those that are refused aside. Started once: a second start is refused (WrongState)."""
    made = await steering.find_ready(tx, IMPORTS, import_id)
    await keep_last(tx, made, by=by)
    started = replace(made, state="running", started_at=tx.now, started_by=by, undoable=True)
    return await steering.begin(tx, IMPORTS, started)


async def pause_import(tx: Tx, import_id: UUID) -> Import:
    """No row is taken until somebody resumes it; those that were taken stay. Raises WrongState."""
    return await steering.pause_import(tx, IMPORTS, import_id)


async def resume_import(tx: Tx, import_id: UUID) -> Import:
    """The worker goes on with the next row. Raises WrongState."""
    return await steering.resume_import(tx, IMPORTS, import_id)


async def cancel_import(tx: Tx, import_id: UUID) -> Import:
    """No further row is taken; those that were taken stay. A dry run ends, and the import is as before it.

    Raises WrongState.
    """
    return await steering.cancel_import(tx, IMPORTS, import_id)
