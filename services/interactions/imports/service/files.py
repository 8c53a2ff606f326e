"""Files of orders come, are given a mapping, checked, started and taken back; their refused rows go out again."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.interactions.config import Settings
from services.interactions.imports import repository
from services.interactions.imports.domain.imports import BUSY, Example, Import, RefusedCount, Tally
from services.interactions.imports.domain.mapping import Terms, faults_of, guess_mapping
from services.interactions.imports.errors import InvalidMapping, NoSuchImport, NotFromAFile, WrongState
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.folder import Files
from shared.files.mapping import Mapped, MappingFault
from shared.files.sheets import OUR_COLUMNS, csv_line
from shared.ids import new_id

_SHOWN_ROWS, _PAGE = 5, 500


@dataclass(frozen=True, slots=True)
class Shown:
    """An import with its first rows (none once the file is gone), a mapping and terms to start from, and what came of
    its orders. `same_file` is another import of the same bytes that was started."""

    made: Import
    first_rows: Sequence[Sequence[str]]
    guessed: Mapped
    terms: Terms
    refused: Sequence[RefusedCount]
    examples: Sequence[Example]
    same_file: UUID | None


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
            made = Import(import_id, file_name, stored.sha256, stored.size, sheet, None, None, "uploaded", tx.now, by)
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
        guessed=guess_mapping(made.sheet.columns, made.sheet.formats),
        terms=made.terms or usual_terms(settings),
        refused=await repository.refused_counts(tx, import_id),
        examples=await repository.examples_of(tx, import_id),
        same_file=await repository.same_file(tx, made),
    )


def usual_terms(settings: Settings) -> Terms:
    """What holds where the mapping says nothing."""
    return Terms("import", settings.base_currency, "other", settings.default_time_zone)


async def find_import(tx: Tx, import_id: UUID) -> Import:
    """One import. Raises NoSuchImport."""
    return _found(await repository.import_of(tx, import_id))


async def list_imports(tx: Tx, before: UUID | None, limit: int) -> list[Import]:
    """The newest first: who brought which file, and when."""
    return await repository.page_of_imports(tx, before, limit)


async def map_columns(tx: Tx, import_id: UUID, mapping: Mapped, terms: Terms) -> Import:
    """The columns mean this; what a dry run found by another mapping is forgotten.

    Raises InvalidMapping, WrongState.
    """
    made = _found(await repository.import_of(tx, import_id, lock=True))
    if made.state in BUSY or made.state in ("done", "undone"):
        raise WrongState(f"The import is {made.state}.", cure="Send the file again to import it by another mapping.")
    if faults := faults_of(mapping, terms, made.sheet.columns, made.sheet.formats):
        raise _invalid(mapping, faults)
    await repository.clear_lines(tx, import_id)
    return await _begin(tx, replace(made, mapping=list(mapping), terms=terms, state="mapped", grouped=0, place=0))


async def check_import(tx: Tx, import_id: UUID) -> Import:
    """The worker counts what the orders would come to; nothing is recorded. Raises WrongState."""
    made = await _mapped(tx, import_id)
    return await _begin(tx, replace(made, state="checking"))


async def start_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker records the orders, those that are refused aside. Started once: a second start is refused
    (WrongState)."""
    made = await _mapped(tx, import_id)
    return await _begin(tx, replace(made, state="running", started_at=tx.now, started_by=by))


async def undo_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker takes back every order that this import recorded. Raises WrongState."""
    made = _found(await repository.import_of(tx, import_id, lock=True))
    if made.state not in ("done", "failed") or made.started_at is None:
        raise WrongState(f"The import is {made.state}.", cure="Only what was recorded can be taken back.")
    undone = replace(made, state="undoing", undone_by=by, finished_at=None, failure=None)
    await repository.save_import(tx, undone)
    return undone


async def refused_rows(database: Database, settings: Settings, made: Import) -> AsyncIterator[bytes]:
    """The refused rows as CSV, each with its number and its reason, safe to open in a spreadsheet. All rows of a
    refused order are there, so that the mended file has the whole of it.

    Once the file is deleted, numbers and reasons are left.
    """
    kept = [place for place, column in enumerate(made.sheet.columns) if column not in OUR_COLUMNS]
    yield csv_line([*OUR_COLUMNS, *(made.sheet.columns[place] for place in kept)])
    after = 0
    while True:
        async with database.transaction() as tx:
            refused = await repository.refusals_of(tx, made.import_id, after, _PAGE)
        if not refused:
            return
        try:
            rows = await Files(settings).rows_at(made.import_id, [place for _, place, _ in refused])
            cells = [[row.cells[place] for place in kept if place < len(row.cells)] for row in rows]
        except FileNotFoundError:
            cells = [[] for _ in refused]
        for (number, _, reason), values in zip(refused, cells, strict=True):
            yield csv_line([str(number), reason, *values])
        after = refused[-1][0]


async def source_of(tx: Tx, interaction_id: UUID) -> tuple[UUID, int, str]:
    """(import, row, file) that an interaction was recorded from. Raises NotFromAFile."""
    found = await repository.source_of(tx, interaction_id)
    if found is None:
        raise NotFromAFile("No file has brought this interaction.", where="path:interaction_id")
    return found


async def _mapped(tx: Tx, import_id: UUID) -> Import:
    made = _found(await repository.import_of(tx, import_id, lock=True))
    if made.mapping is None:
        raise WrongState("The columns are not mapped yet.", cure="PUT …/mapping first.")
    if made.state not in ("mapped", "checked"):
        raise WrongState(f"The import is {made.state}.", cure="It is started once; look at GET /imports/{import_id}.")
    return made


async def _begin(tx: Tx, made: Import) -> Import:
    fresh = replace(made, position=0, after=b"", tally=Tally(), finished_at=None, failure=None)
    await repository.clear_results(tx, made.import_id)
    await repository.save_import(tx, fresh)
    return fresh


def _invalid(mapping: Mapped, faults: Sequence[MappingFault]) -> InvalidMapping:
    return InvalidMapping(
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


def _found(made: Import | None) -> Import:
    if made is None:
        raise NoSuchImport("There is no such import.", cure="Look at GET /imports.", where="path:import_id")
    return made
