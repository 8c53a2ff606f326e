"""Files come, are given a mapping, checked and started; their refused rows go out again."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.imports import repository
from services.customers.imports.domain.imports import BUSY, Import, Judged, RefusedCount
from services.customers.imports.domain.mapping import CONSENT, faults_of, guess_mapping
from services.customers.imports.errors import InvalidMapping, NoSuchImport, WrongState
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.folder import Files
from shared.files.mapping import Mapped
from shared.files.sheets import csv_line
from shared.ids import new_id

_SHOWN_ROWS, _SHOWN_EXAMPLES, _PAGE = 5, 60, 500


@dataclass(frozen=True, slots=True)
class Shown:
    """An import with its first rows (none once the file is gone), a mapping to start from, and what its rows came to.

    `same_file` is another import of the same bytes that was started.
    """

    made: Import
    first_rows: Sequence[Sequence[str]]
    guessed: Mapped
    refused: Sequence[RefusedCount]
    examples: Sequence[Judged]
    same_file: UUID | None

    @property
    def unproven(self) -> list[str]:
        """Columns that say something of consent. None of it is taken: it needs wording, date and source."""
        return [mapped.column for mapped in self.made.mapping or self.guessed if mapped.to == CONSENT]


async def take_file(
    database: Database,
    settings: Settings,
    body: AsyncIterable[bytes],
    *,
    file_name: str,
    encoding: str | None,
    separator: str | None,
    by: str,
) -> Import:
    """The file is in the folder and has been read; nothing of it is taken yet. A file that is refused leaves no trace.

    Raises UnreadableFile, UnknownEncoding, FileTooLarge, FilesNotSetUp.
    """
    files, import_id = Files(settings), new_id()
    stored = await files.store(import_id, body)
    try:
        sheet = await files.read_sheet(import_id, encoding, separator)
        # Its rows lie there in one form: what came is not needed again.
        await files.forget_source(import_id)
        async with database.transaction() as tx:
            made = Import(import_id, file_name, stored.sha256, stored.size, sheet, None, "uploaded", tx.now, by)
            await repository.add_import(tx, made)
    except BaseException:
        await files.delete(import_id)
        raise
    return made


async def show_import(tx: Tx, settings: Settings, import_id: UUID) -> Shown:
    """The import as it is now. Raises NoSuchImport."""
    made = await find_import(tx, import_id)
    try:
        rows, _ = await Files(settings).rows(import_id, 0, _SHOWN_ROWS)
    except FileNotFoundError:
        rows = []
    return Shown(
        made=made,
        first_rows=[row.cells for row in rows],
        guessed=guess_mapping(made.sheet.columns, made.sheet.formats, await load_definitions(tx)),
        refused=await repository.refused_counts(tx, import_id),
        examples=await repository.examples_of(tx, import_id, _SHOWN_EXAMPLES),
        same_file=await repository.same_file(tx, made),
    )


async def find_import(tx: Tx, import_id: UUID) -> Import:
    """One import. Raises NoSuchImport."""
    return _found(await repository.import_of(tx, import_id))


async def list_imports(tx: Tx, before: UUID | None, limit: int) -> list[Import]:
    """The newest first: who brought which file, and when."""
    return await repository.page_of_imports(tx, before, limit)


async def map_columns(tx: Tx, import_id: UUID, mapping: Mapped) -> Import:
    """The columns mean this; what a dry run found by another mapping is forgotten.

    Raises InvalidMapping, WrongState.
    """
    made = _found(await repository.import_of(tx, import_id, lock=True))
    if made.state in BUSY or made.state == "done":
        raise WrongState(f"The import is {made.state}.", cure="Send the file again to import it by another mapping.")
    faults = faults_of(mapping, made.sheet.columns, made.sheet.formats, await load_definitions(tx))
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
    return await _begin(tx, replace(made, mapping=list(mapping), state="mapped"))


async def check_import(tx: Tx, import_id: UUID) -> Import:
    """The worker counts what the rows would come to; no customer changes. Raises WrongState."""
    made = _found(await repository.import_of(tx, import_id, lock=True))
    if made.mapping is None:
        raise WrongState("The columns are not mapped yet.", cure="PUT …/mapping first.")
    if made.state not in ("mapped", "checked"):
        raise WrongState(f"The import is {made.state}.", cure="Look at GET /imports/{import_id}.")
    return await _begin(tx, replace(made, state="checking"))


async def start_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker takes the rows, those that are refused aside. Started once: a second start is refused (WrongState)."""
    made = _found(await repository.import_of(tx, import_id, lock=True))
    if made.mapping is None:
        raise WrongState("The columns are not mapped yet.", cure="PUT …/mapping first.")
    if made.state not in ("mapped", "checked"):
        raise WrongState(f"The import is {made.state}.", cure="It is started once; look at GET /imports/{import_id}.")
    return await _begin(tx, replace(made, state="running", started_at=tx.now, started_by=by))


async def refused_rows(database: Database, settings: Settings, made: Import) -> AsyncIterator[bytes]:
    """The refused rows as CSV, each with its number and its reason, safe to open in a spreadsheet.

    Once the file is deleted, numbers and reasons are left.
    """
    yield csv_line(["row", "refused_because", *made.sheet.columns])
    after = 0
    while True:
        async with database.transaction() as tx:
            refused = await repository.refusals_of(tx, made.import_id, after, _PAGE)
        if not refused:
            return
        try:
            rows = await Files(settings).rows_at(made.import_id, [place for _, place, _ in refused])
            cells = [row.cells for row in rows]
        except FileNotFoundError:
            cells = [[] for _ in refused]
        for (number, _, reason), values in zip(refused, cells, strict=True):
            yield csv_line([str(number), reason, *values])
        after = refused[-1][0]


async def _begin(tx: Tx, made: Import) -> Import:
    fresh = replace(made, position=0, place=0, counts=type(made.counts)(), finished_at=None, failure=None)
    await repository.clear_results(tx, made.import_id)
    await repository.save_import(tx, fresh)
    return fresh


def _found(made: Import | None) -> Import:
    if made is None:
        raise NoSuchImport("There is no such import.", cure="Look at GET /imports.", where="path:import_id")
    return made
