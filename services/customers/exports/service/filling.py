"""The jobs of exports: files are filled page by page, and deleted after their days or with somebody who is erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.customers.config import Settings
from services.customers.exports import repository
from services.customers.exports.clients.analytics import NoAnswer, NoSuchSegment, members_of
from services.customers.exports.clients.files import ExportFiles
from services.customers.exports.domain import MOST_XLSX_ROWS, Export, row_of
from services.customers.profiles.repository import records
from services.customers.profiles.repository.erasing_lock import lock_against_erasures, lock_for_erasure
from shared.clock import MACHINE
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.observability.logging import get_logger

log = get_logger(__name__)

_PAGE = 500
_PAUSE_S = 5.0


async def fill_exports(database: Database, settings: Settings) -> None:
    """Every export that was asked for is filled: after a crash it goes on behind the last page that was kept."""
    if settings.import_folder is None:
        return
    while True:
        async with database.transaction() as tx:
            made = await repository.running_export(tx)
        if made is None:
            return
        try:
            among, cursor = await _members(settings, made)
        except NoAnswer as error:
            log.warning("analytics_does_not_answer", error=str(error))
            await MACHINE.sleep(_PAUSE_S)
            return
        except NoSuchSegment as error:
            async with database.transaction() as tx:
                failure = f"the segment cannot be read: {error}"
                await repository.save_export(tx, replace(made, state="failed", failure=failure, finished_at=tx.now))
            continue
        async with database.transaction() as tx:
            await _fill(tx, settings, made, among, cursor)


async def delete_old_exports(tx: Tx, settings: Settings) -> bool:
    """Files older than EXPORT_KEEP_DAYS are deleted. False: nothing is left to do."""
    if settings.import_folder is None:
        return False
    outdated = await repository.outdated_exports(tx, tx.now - timedelta(days=settings.export_keep_days))
    await _delete(tx, settings, outdated)
    return bool(outdated)


async def delete_exports_naming(tx: Tx, settings: Settings, ids: Sequence[UUID]) -> None:
    """Files in which these customers stand, under any of their ids, are deleted. One that is filled at this moment is
    waited for."""
    if settings.import_folder is None:
        return
    await lock_for_erasure(tx)
    groups = await records.read_groups(tx, ids)
    everybody = {member for group in groups.values() for member in group.ids} | set(ids)
    await _delete(tx, settings, await repository.exports_naming(tx, sorted(everybody)))


async def _members(settings: Settings, made: Export) -> tuple[list[UUID] | None, str | None]:
    """The next members of its segment with the cursor behind them; None without a segment."""
    if made.criteria.segment_id is None:
        return None, None
    return await members_of(settings, UUID(made.criteria.segment_id), made.cursor, _PAGE)


async def _fill(tx: Tx, settings: Settings, looked_at: Export, among: list[UUID] | None, cursor: str | None) -> None:
    await lock_against_erasures(tx)
    made = await repository.export_of(tx, looked_at.export_id, lock=True)
    if made is None or made.state != "running" or made.cursor != looked_at.cursor:
        # Cancelled meanwhile, or deleted with somebody who was erased: written now, it would lie there for ever.
        return
    if among is None:
        after = None if made.cursor is None else UUID(made.cursor)
        ids = await repository.page_of_ids(tx, made.criteria, None, after, _PAGE)
        cursor, ended = (str(ids[-1]) if ids else made.cursor), len(ids) < _PAGE
    else:
        # Who was merged since is found under the id that stands for them.
        known = await records.read_groups(tx, among)
        roots = sorted({group.root.customer_id for group in known.values()})
        ids = await repository.page_of_ids(tx, made.criteria, roots, None, len(roots))
        ended = cursor is None
    groups = await records.read_groups(tx, ids)
    rows = [row_of(groups[customer_id], made.columns) for customer_id in ids if customer_id in groups]
    size = await ExportFiles(settings).append(made.export_id, made.bytes, rows)
    await repository.add_customers(tx, made.export_id, ids)
    count = made.rows + len(rows)
    if made.format == "xlsx" and count > MOST_XLSX_ROWS:
        failure = f"a sheet of Excel holds {MOST_XLSX_ROWS:,} rows: ask for CSV, or for fewer"
        await repository.save_export(tx, replace(made, state="failed", failure=failure, finished_at=tx.now))
        return
    made = replace(made, rows=count, bytes=size, cursor=cursor)
    await repository.save_export(tx, replace(made, state="done", finished_at=tx.now) if ended else made)


async def _delete(tx: Tx, settings: Settings, exports: Sequence[UUID]) -> None:
    for export_id in exports:
        await ExportFiles(settings).delete(export_id)
        await repository.mark_deleted(tx, export_id, tx.now)
