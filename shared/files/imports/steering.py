"""What is asked of an import: a beginning, a pause, going on, an end before the last row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from shared.database.transaction import Tx
from shared.files.errors import InvalidMapping, WrongState
from shared.files.imports.domain import UNTAKEN, FileImport
from shared.files.imports.refusals import clear_refusals
from shared.files.imports.table import ImportTable, M
from shared.files.mapping import Mapped, MappingFault

_LOOK = "Look at GET /imports/{import_id}."


def refuse_taken(made: FileImport, *, failed_may_begin_anew: bool) -> None:
    """Only while nothing was taken the columns may mean something else. Raises WrongState."""
    if made.state not in UNTAKEN and not (made.state == "failed" and failed_may_begin_anew):
        raise WrongState(f"The import is {made.state}.", cure="Send the file again to import it by another mapping.")


def refuse_faults(mapping: Mapped, faults: Sequence[MappingFault]) -> None:
    """Refuse a mapping with all its faults at once. Raises InvalidMapping when there are any."""
    if faults:
        raise InvalidMapping(
            "The mapping cannot be used.",
            cure="Mend what is named.",
            errors=[
                {
                    "where": f"/columns/{fault.place}" if fault.place >= 0 else "/columns",
                    "what": f"{mapping[fault.place].column}: {fault.what}" if fault.place >= 0 else fault.what,
                    "cure": fault.cure,
                }
                for fault in faults
            ],
        )


async def begin(tx: Tx, imports: ImportTable[M], made: M) -> M:
    """It begins with its first row; what the rows came to before is forgotten."""
    await clear_refusals(tx, made.import_id)
    await imports.clear_examples(tx, made.import_id)
    return await imports.save(tx, made.anew())


async def find_ready(tx: Tx, imports: ImportTable[M], import_id: UUID) -> M:
    """The import, locked, to be checked or started: it is mapped and was not started. Raises WrongState."""
    made = await imports.find(tx, import_id, lock=True)
    if made.mapping is None:
        raise WrongState("The columns are not mapped yet.", cure="PUT …/mapping first.")
    if made.state not in ("mapped", "checked"):
        raise WrongState(f"The import is {made.state}.", cure=f"It is started once. {_LOOK}")
    return made


async def check_import(tx: Tx, imports: ImportTable[M], import_id: UUID) -> M:
    """The worker counts what the rows would come to; nothing is taken. Raises WrongState."""
    return await begin(tx, imports, replace(await find_ready(tx, imports, import_id), state="checking"))


async def pause_import(tx: Tx, imports: ImportTable[M], import_id: UUID) -> M:
    """No row is taken until somebody resumes it; those that were taken stay. Raises WrongState."""
    made = await imports.find(tx, import_id, lock=True)
    if made.state == "paused":
        return made
    if made.state != "running":
        raise WrongState(f"The import is {made.state}.", cure=_LOOK)
    return await imports.save(tx, replace(made, state="paused"))


async def resume_import(tx: Tx, imports: ImportTable[M], import_id: UUID) -> M:
    """The worker goes on with the next row. Raises WrongState."""
    made = await imports.find(tx, import_id, lock=True)
    if made.state == "running":
        return made
    if made.state != "paused":
        raise WrongState(f"The import is {made.state}.", cure=_LOOK)
    return await imports.save(tx, replace(made, state="running"))


async def cancel_import(tx: Tx, imports: ImportTable[M], import_id: UUID) -> M:
    """No further row is taken; those that were taken stay. A dry run ends, and the import is as before it.

    Raises WrongState.
    """
    made = await imports.find(tx, import_id, lock=True)
    if made.state == "cancelled":
        return made
    if made.state == "checking":
        return await begin(tx, imports, replace(made, state="mapped"))
    if made.state not in ("running", "paused", *UNTAKEN):
        raise WrongState(f"The import is {made.state}.", cure=_LOOK)
    return await imports.save(tx, replace(made, state="cancelled", finished_at=tx.now))


async def fail_import(tx: Tx, imports: ImportTable[M], made: M) -> None:
    """It ends, as this worker cannot read its file."""
    failure = "the file is not in the folder (IMPORT_FOLDER) of this worker"
    await imports.save(tx, replace(made, state="failed", failure=failure, finished_at=tx.now))
