"""Files come and are shown."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.imports.domain.imports import Import, Judged
from services.customers.imports.domain.mapping import CONSENT, guess_mapping
from services.customers.imports.domain.saved import headings_of
from services.customers.imports.repository import consents, results, saved
from services.customers.imports.repository.files import IMPORTS
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.imports.domain import SentFile, ShownFile
from shared.files.imports.receiving import first_rows, receive_file
from shared.files.imports.refusals import refused_counts
from shared.files.mapping import IGNORE, plain_heading

_SHOWN_EXAMPLES = 60


@dataclass(frozen=True, slots=True)
class Shown(ShownFile):
    """An import with what its rows came to. `guessed` is the mapping of the last import of a file with the same
    headings (`remembered`), or made from the headings."""

    made: Import
    remembered: bool
    examples: Sequence[Judged]
    told: Mapping[str, int]

    @property
    def unproven(self) -> list[str]:
        """Columns that say something of consent. None of it is taken: it needs wording, date and source."""
        proven = {column for rule in self.made.consents for column in rule.columns}
        mapped = self.made.mapping or self.guessed
        return [one.column for one in mapped if one.to == CONSENT and one.column not in proven]


async def take_file(
    database: Database, settings: Settings, body: AsyncIterable[bytes], sent: SentFile, *, by: str
) -> Import:
    """The file is kept and has been read; nothing of it is taken yet.

    Raises UnreadableFile, UnknownEncoding, FileTooLarge, FilesNotSetUp.
    """
    return await receive_file(database, settings, IMPORTS, body, sent, by=by)


async def show_import(tx: Tx, settings: Settings, import_id: UUID) -> Shown:
    """The import as it is now. Raises NoSuchImport."""
    made = await IMPORTS.find(tx, import_id)
    last = await saved.mapping_for(tx, headings_of(made.sheet.columns))
    # Headings are alike although not written alike: the columns of this file are those that it has.
    alike = {plain_heading(mapped.column): mapped for mapped in last.mapping} if last else {}
    guessed = guess_mapping(made.sheet.columns, made.sheet.formats, await load_definitions(tx))
    return Shown(
        made=made,
        first_rows=await first_rows(settings, import_id),
        guessed=[
            replace(alike[plain_heading(mapped.column)], column=mapped.column)
            if plain_heading(mapped.column) in alike
            else replace(mapped, to=IGNORE, format=None, source=None)
            for mapped in guessed
        ]
        if last
        else guessed,
        remembered=last is not None,
        refused=await refused_counts(tx, import_id),
        examples=await results.examples_of(tx, import_id, _SHOWN_EXAMPLES),
        same_file=await IMPORTS.same_file(tx, made),
        told=await consents.counts_of(tx, import_id),
    )
