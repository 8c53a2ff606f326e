"""What is asked of an import: mapping, dry run, start, pause, going on, an end before the last row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.imports.domain.consents import ConsentCounts, ConsentRule
from services.customers.imports.domain.imports import UNTAKEN, Counts, Import
from services.customers.imports.domain.mapping import faults_of
from services.customers.imports.errors import WrongState
from services.customers.imports.repository import files as repository
from services.customers.imports.repository import results
from services.customers.imports.service.faults import refuse_consent_faults, refuse_faults
from services.customers.imports.service.finding import find_import
from services.customers.imports.service.saved import keep_last
from shared.database.transaction import Tx
from shared.files.mapping import Mapped

_LOOK = "Look at GET /imports/{import_id}."


async def map_columns(
    tx: Tx, settings: Settings, import_id: UUID, mapping: Mapped, consents: Sequence[ConsentRule] = ()
) -> Import:
    """The columns mean this; what a dry run found by another mapping is forgotten.

    Raises InvalidMapping, WrongState.
    """
    made = await find_import(tx, import_id, lock=True)
    untaken = made.state in UNTAKEN or (made.state == "failed" and not made.position)
    if not untaken:
        raise WrongState(f"The import is {made.state}.", cure="Send the file again to import it by another mapping.")
    refuse_faults(mapping, faults_of(mapping, made.sheet.columns, made.sheet.formats, await load_definitions(tx)))
    refuse_consent_faults(settings, consents, made.sheet.columns)
    return await _begin(tx, replace(made, mapping=list(mapping), consents=list(consents), state="mapped"))


async def check_import(tx: Tx, import_id: UUID) -> Import:
    """The worker counts what the rows would come to; no customer changes. Raises WrongState."""
    made = await find_import(tx, import_id, lock=True)
    if made.mapping is None:
        raise WrongState("The columns are not mapped yet.", cure="PUT …/mapping first.")
    if made.state not in ("mapped", "checked"):
        raise WrongState(f"The import is {made.state}.", cure="Look at GET /imports/{import_id}.")
    return await _begin(tx, replace(made, state="checking"))


async def start_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker takes the rows, those that are refused aside. Started once: a second start is refused (WrongState)."""
    made = await find_import(tx, import_id, lock=True)
    if made.mapping is None:
        raise WrongState("The columns are not mapped yet.", cure="PUT …/mapping first.")
    if made.state not in ("mapped", "checked"):
        raise WrongState(f"The import is {made.state}.", cure="It is started once; look at GET /imports/{import_id}.")
    await keep_last(tx, made, by=by)
    return await _begin(tx, replace(made, state="running", started_at=tx.now, started_by=by, undoable=True))


async def pause_import(tx: Tx, import_id: UUID) -> Import:
    """No row is taken until somebody resumes it; those that were taken stay. Raises WrongState."""
    made = await find_import(tx, import_id, lock=True)
    if made.state == "paused":
        return made
    if made.state != "running":
        raise WrongState(f"The import is {made.state}.", cure=_LOOK)
    return await _save(tx, replace(made, state="paused"))


async def resume_import(tx: Tx, import_id: UUID) -> Import:
    """The worker goes on with the next row. Raises WrongState."""
    made = await find_import(tx, import_id, lock=True)
    if made.state == "running":
        return made
    if made.state != "paused":
        raise WrongState(f"The import is {made.state}.", cure=_LOOK)
    return await _save(tx, replace(made, state="running"))


async def cancel_import(tx: Tx, import_id: UUID) -> Import:
    """No further row is taken; those that were stay, and can be taken back (undo). A dry run ends without a result.

    Raises WrongState.
    """
    made = await find_import(tx, import_id, lock=True)
    if made.state == "cancelled":
        return made
    if made.state == "checking":
        return await _begin(tx, replace(made, state="mapped"))
    if made.state not in ("running", "paused", *UNTAKEN):
        raise WrongState(f"The import is {made.state}.", cure=_LOOK)
    return await _save(tx, replace(made, state="cancelled", finished_at=tx.now))


async def _save(tx: Tx, made: Import) -> Import:
    await repository.save_import(tx, made)
    return made


async def _begin(tx: Tx, made: Import) -> Import:
    fresh = replace(
        made, position=0, place=0, counts=Counts(), consent_counts=ConsentCounts(), finished_at=None, failure=None
    )
    await results.clear_results(tx, made.import_id)
    await repository.save_import(tx, fresh)
    return fresh
