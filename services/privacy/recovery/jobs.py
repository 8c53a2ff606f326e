"""Look whether this is still the database that was compared, and compare when it is not."""

from __future__ import annotations

from services.privacy.config import Settings
from services.privacy.ledger_checks import repository as checks
from services.privacy.recovery.clients import published_since
from services.privacy.recovery.domain import KINDS
from services.privacy.recovery.service import recover
from shared.events.journal import JournalPart
from shared.ids import milliseconds_of, new_id
from shared.observability.alarms import Alarm
from shared.observability.logging import get_logger
from shared.worker.parts import Job, Part, WorkerContext

log = get_logger(__name__)

EVERY_S = 5.0
# Clocks of broker and worker differ, and a fact lies on the topic a moment after it was committed: what is read twice
# is known by its id.
_BEFORE_MS = 300_000

RECOVERED = Alarm("refusals_were_recovered", "Published refusals that a restored database had forgotten, made good")


async def compare_ledger(context: WorkerContext) -> None:
    """Permits are given by this database alone once it holds every refusal that was published."""
    now_ms = milliseconds_of(new_id()) or 0
    async with context.database.transaction() as tx:
        seen = await checks.last_seen(tx)
        if seen is None or seen[1]:
            await checks.store_seen(tx, now_ms)
            return
    published = await published_since(context.settings, seen[0] - _BEFORE_MS, lambda: None)
    async with context.database.transaction() as tx:
        lost = await recover(tx, context.settings.naming, published, now_ms)
    log.warning("ledger_compared", looked_at=len(published), recovered=lost.number, grants_not_recovered=lost.granted)
    if lost.number:
        RECOVERED.sound(
            refusals=len(lost.refusals),
            suppressions=len(lost.suppressions),
            restrictions=len(lost.restrictions),
            erasures=len(lost.erasures),
            grants_not_recovered=lost.granted,
        )


JOBS = [Job("compare-ledger", EVERY_S, compare_ledger)]


def parts(settings: Settings) -> list[Part]:
    """What recovery reads from the topic is written to files as well, for the day on which the topic is lost too."""
    return [] if settings.journal_folder is None else [JournalPart(settings.journal_folder, settings.service, KINDS)]
