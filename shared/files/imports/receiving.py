"""Files come, are looked at again, and are deleted when they are old."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.folder import Files
from shared.files.imports.domain import SentFile
from shared.files.imports.table import ImportTable, M
from shared.files.settings import FileSettings
from shared.files.sheets import shown_cells
from shared.ids import new_id

_SHOWN_ROWS = 5
# Reading a file takes minutes at most: what lies there longer was left by a process that ended.
_FORGOTTEN_S = 3600.0


async def receive_file(
    database: Database,
    settings: FileSettings,
    imports: ImportTable[M],
    body: AsyncIterable[bytes],
    sent: SentFile,
    *,
    by: str,
) -> M:
    """The file is in the folder and has been read; nothing of it is taken yet. A file that is refused leaves no trace.

    Raises UnreadableFile, UnknownEncoding, FileTooLarge, FilesNotSetUp.
    """
    files, import_id = Files(settings), new_id()
    stored = await files.store(import_id, body)
    try:
        sheet = await files.read_sheet(import_id, sent.encoding, sent.separator)
        # Its rows lie there in one form: what came is not needed again.
        await files.forget_source(import_id)
        async with database.transaction() as tx:
            made = imports.kind(
                import_id, sent.file_name, stored.sha256, stored.size, sheet, None, "uploaded", tx.now, by
            )
            await imports.add(tx, made)
    except BaseException:
        await files.delete(import_id)
        raise
    return made


async def first_rows(settings: FileSettings, import_id: UUID) -> list[Sequence[str]]:
    """The cells of its first rows; none once the file is gone."""
    try:
        rows, _ = await Files(settings).rows(import_id, 0, _SHOWN_ROWS)
    except FileNotFoundError:
        return []
    return [shown_cells(row.cells) for row in rows]


async def delete_old_files(
    tx: Tx,
    settings: FileSettings,
    imports: ImportTable[M],
    *,
    forget: Callable[[Tx, UUID], Awaitable[None]] | None = None,
) -> bool:
    """Files older than IMPORT_KEEP_DAYS, or with somebody who was erased, are deleted, and examples with them; `forget`
    deletes what else leads into the file. False: nothing is left to do."""
    if settings.import_folder is None:
        return False
    files = Files(settings)
    await files.delete_forgotten(_FORGOTTEN_S)
    outdated = await imports.outdated(tx, tx.now - timedelta(days=settings.import_keep_days))
    for import_id in outdated:
        await files.delete(import_id)
        if forget is not None:
            await forget(tx, import_id)
        await imports.mark_deleted(tx, import_id, tx.now)
    return bool(outdated)
