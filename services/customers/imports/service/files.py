"""Files come and are shown; their refused rows go out again."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.imports.domain.imports import Import, Judged, RefusedCount
from services.customers.imports.domain.mapping import CONSENT, guess_mapping
from services.customers.imports.domain.saved import headings_of
from services.customers.imports.repository import consents, results, saved
from services.customers.imports.repository import files as repository
from services.customers.imports.service.finding import find_import
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.folder import Files
from shared.files.mapping import IGNORE, Mapped, plain_heading
from shared.files.sheets import OUR_COLUMNS, csv_line
from shared.ids import new_id

_SHOWN_ROWS, _SHOWN_EXAMPLES, _PAGE = 5, 60, 500


@dataclass(frozen=True, slots=True)
class Shown:
    """An import with its first rows (none once the file is gone), a mapping to start from, and what its rows came to.

    `guessed` is that of the last import of a file with the same headings (`remembered`), or made from the headings.
    `same_file` is another import of the same bytes that was started.
    """

    made: Import
    first_rows: Sequence[Sequence[str]]
    guessed: Mapped
    remembered: bool
    refused: Sequence[RefusedCount]
    examples: Sequence[Judged]
    same_file: UUID | None
    told: Mapping[str, int]

    @property
    def unproven(self) -> list[str]:
        """Columns that say something of consent. None of it is taken: it needs wording, date and source."""
        proven = {column for rule in self.made.consents for column in rule.columns}
        mapped = self.made.mapping or self.guessed
        return [one.column for one in mapped if one.to == CONSENT and one.column not in proven]


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
    last = await saved.mapping_for(tx, headings_of(made.sheet.columns))
    # Headings are alike although not written alike: the columns of this file are those that it has.
    alike = {plain_heading(mapped.column): mapped for mapped in last.mapping} if last else {}
    guessed = guess_mapping(made.sheet.columns, made.sheet.formats, await load_definitions(tx))
    return Shown(
        made=made,
        first_rows=[row.cells for row in rows],
        guessed=[
            replace(alike[plain_heading(mapped.column)], column=mapped.column)
            if plain_heading(mapped.column) in alike
            else replace(mapped, to=IGNORE, format=None, source=None)
            for mapped in guessed
        ]
        if last
        else guessed,
        remembered=last is not None,
        refused=await results.refused_counts(tx, import_id),
        examples=await results.examples_of(tx, import_id, _SHOWN_EXAMPLES),
        same_file=await repository.same_file(tx, made),
        told=await consents.counts_of(tx, import_id),
    )


async def refused_rows(database: Database, settings: Settings, made: Import) -> AsyncIterator[bytes]:
    """The refused rows as CSV, each with its number and its reason, safe to open in a spreadsheet.

    Once the file is deleted, numbers and reasons are left.
    """
    kept = [place for place, column in enumerate(made.sheet.columns) if column not in OUR_COLUMNS]
    yield csv_line([*OUR_COLUMNS, *(made.sheet.columns[place] for place in kept)])
    after = 0
    while True:
        async with database.transaction() as tx:
            refused = await results.refusals_of(tx, made.import_id, after, _PAGE)
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
