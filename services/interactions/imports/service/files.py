"""Files of orders come, are given a mapping, checked, started and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.interactions.config import Settings
from services.interactions.imports import repository
from services.interactions.imports.domain.imports import Example, Import
from services.interactions.imports.domain.mapping import Terms, faults_of, guess_mapping
from services.interactions.imports.errors import NotFromAFile
from services.interactions.imports.repository import IMPORTS
from services.interactions.rates.service import base_currency_now
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.errors import WrongState
from shared.files.imports import steering
from shared.files.imports.domain import SentFile, ShownFile
from shared.files.imports.receiving import first_rows, receive_file
from shared.files.imports.refusals import refused_counts
from shared.files.mapping import Mapped


@dataclass(frozen=True, slots=True)
class Shown(ShownFile):
    """An import with the terms to start from, and what came of its orders."""

    made: Import
    terms: Terms
    examples: Sequence[Example]


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
    return Shown(
        made=made,
        first_rows=await first_rows(settings, import_id),
        guessed=guess_mapping(made.sheet.columns, made.sheet.formats),
        terms=made.terms or await usual_terms(tx, settings),
        refused=await refused_counts(tx, import_id),
        examples=await repository.examples_of(tx, import_id),
        same_file=await IMPORTS.same_file(tx, made),
    )


async def usual_terms(tx: Tx, settings: Settings) -> Terms:
    """What holds where the mapping says nothing."""
    return Terms("import", await base_currency_now(tx, settings.base_currency), "other", settings.default_time_zone)


async def find_import(tx: Tx, import_id: UUID) -> Import:
    """One import. Raises NoSuchImport."""
    return await IMPORTS.find(tx, import_id)


async def list_imports(tx: Tx, before: UUID | None, limit: int) -> list[Import]:
    """The newest first: who brought which file, and when."""
    return await IMPORTS.page(tx, before, limit)


async def map_columns(tx: Tx, import_id: UUID, mapping: Mapped, terms: Terms) -> Import:
    """The columns mean this; what a dry run found by another mapping is forgotten.

    Raises InvalidMapping, WrongState.
    """
    made = await IMPORTS.find(tx, import_id, lock=True)
    # An order is recorded once, whenever an import of it begins.
    steering.refuse_taken(made, failed_may_begin_anew=True)
    steering.refuse_faults(mapping, faults_of(mapping, terms, made.sheet.columns, made.sheet.formats))
    await repository.clear_lines(tx, import_id)
    mapped = replace(made, mapping=list(mapping), terms=terms, state="mapped", grouped=0, place=0)
    return await steering.begin(tx, IMPORTS, mapped)


async def check_import(tx: Tx, import_id: UUID) -> Import:
    """The worker counts what the orders would come to; nothing is recorded. Raises WrongState."""
    return await steering.check_import(tx, IMPORTS, import_id)


async def start_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker records the orders, those that are refused aside. Started once: a second start is refused
    (WrongState)."""
    made = await steering.find_ready(tx, IMPORTS, import_id)
    return await steering.begin(tx, IMPORTS, replace(made, state="running", started_at=tx.now, started_by=by))


async def undo_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker takes back every order that this import recorded. Raises WrongState."""
    made = await IMPORTS.find(tx, import_id, lock=True)
    if made.state not in ("done", "failed") or made.started_at is None:
        raise WrongState(f"The import is {made.state}.", cure="Only what was recorded can be taken back.")
    return await IMPORTS.save(tx, replace(made, state="undoing", undone_by=by, finished_at=None, failure=None))


async def source_of(tx: Tx, interaction_id: UUID) -> tuple[UUID, int, str]:
    """(import, row, file) that an interaction was recorded from. Raises NotFromAFile."""
    found = await repository.source_of(tx, interaction_id)
    if found is None:
        raise NotFromAFile("No file has brought this interaction.", where="path:interaction_id")
    return found
