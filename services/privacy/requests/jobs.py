"""Make archives, follow erasures, show missed deadlines, and delete what was handed out."""

from __future__ import annotations

from uuid import UUID

from services.privacy.config import Settings
from services.privacy.requests.clients import Collector, NotCollected
from services.privacy.requests.content import readable
from services.privacy.requests.domain.requests import WARNING
from services.privacy.requests.service import archives, taking
from shared.database.subject_data import subject_data
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import Job, WorkerContext

log = get_logger(__name__)

# Archives of one turn: each holds everything about one person in memory.
_ARCHIVES = 5
_ERASURES = 200
_EVERY_S, _WATCH_S = 2.0, 30.0

OVERDUE = gauge("requests_overdue", "Requests of data subjects whose deadline has passed without an answer")
DUE_SOON = gauge("requests_due_soon", "Requests of data subjects that are due within a week")


async def make_archives(context: WorkerContext) -> None:
    """Each request for what is kept gets its archive, once all services have answered."""
    async with context.database.transaction() as tx:
        waiting = await archives.to_collect(tx, _ARCHIVES)
    if not waiting:
        return
    async with Collector.open(context.settings) as collector:
        for request_id in waiting:
            try:
                await make_archive(context, collector, request_id)
            except NotCollected as missing:
                log.warning("archive_waits", request_id=str(request_id), service=str(missing))


async def make_archive(context: WorkerContext, collector: Collector, request_id: UUID) -> None:
    """One archive. No transaction is open while others are asked. Raises NotCollected."""
    settings: Settings = context.settings
    async with context.database.transaction() as tx:
        ids, language = await archives.subject_of_request(tx, request_id)
    services = await collector.collect(ids)
    async with context.database.transaction() as tx:
        services[archives.THIS_SERVICE] = archives.parts_of(await subject_data(tx, ids))
        key = settings.installation_key.get_secret_value()
        await archives.keep_archive(tx, key, request_id, services, readable(language))


async def watch_requests(context: WorkerContext) -> None:
    """Requests whose erasure is certified are answered; old archives go; missed deadlines show."""
    async with context.database.transaction() as tx:
        await taking.follow_erasures(tx, _ERASURES)
        await archives.forget_archives(tx)
        overdue, soon = await archives.count_due(tx, WARNING)
    OVERDUE.set(overdue)
    DUE_SOON.set(soon)
    if overdue:
        log.warning("requests_overdue", count=overdue)


JOBS = [Job("make-archives", _EVERY_S, make_archives), Job("watch-requests", _WATCH_S, watch_requests)]
