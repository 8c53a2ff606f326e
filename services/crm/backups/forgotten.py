"""What a restored installation has forgotten and must not have: refusals, and who was erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import text

from services.privacy.recovery.domain import KINDS
from services.privacy.recovery.jobs import compare_ledger
from services.privacy.recovery.service import recover
from services.registry import consumers_of
from shared.config import ServiceSettings
from shared.contracts.privacy import ErasureRequested
from shared.database.engine import Database
from shared.errors import Unavailable
from shared.events.journal import read_journal
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record
from shared.ids import milliseconds_of, new_id
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog

_REQUESTS = text("select key, value, type, event_id from outbox where type = :type order by id")
# What cannot be handled counts as heard, and lies in the dead letters.
_LETTERS = text("""
    select count(*) from dead_letters where consumer = :consumer and event_id = any(cast(:ids as uuid[]))
""")


class NotErased(Unavailable):
    """A service could not erase somebody again."""

    slug, title = "not-erased-again", "Somebody who was erased would be there again"


async def recover_refusals(settings: ServiceSettings, database: Database, journal: Path | None) -> int:
    """Privacy holds again every refusal, suppression, restriction and erasure that the topics or the journal tell of;
    how many it had forgotten."""
    # The same look that its worker takes at each start: permits would wait for it.
    await compare_ledger(WorkerContext(settings, database, database.clock, Watchdog([])))
    if journal is None:
        return 0
    told = list(read_journal(journal, "privacy", KINDS))
    async with database.transaction() as tx:
        lost = await recover(tx, settings.naming, told, milliseconds_of(new_id()) or 0)
    return lost.number


async def erase_again(settings: Mapping[str, ServiceSettings], databases: Mapping[str, Database]) -> int:
    """Every erasure that privacy has asked for and its outbox still knows is carried out by every service, before
    anybody can ask for a customer; how many. Those that a service has heard already have no second effect."""
    async with databases["privacy"].transaction() as tx:
        rows = await tx.rows(_REQUESTS, {"type": ErasureRequested.TYPE})
    records = [
        Record(
            topic=ErasureRequested.TOPIC,
            partition=0,
            offset=number,
            key=str(row["key"]).encode(),
            value=row["value"],
            headers=[("type", row["type"].encode())],
        )
        for number, row in enumerate(rows)
    ]
    ids = [row["event_id"] for row in rows]
    for service, database in databases.items():
        for subscription in consumers_of(service, settings[service]):
            if not records or ErasureRequested.TYPE not in subscription.known:
                continue
            before = await _letters(database, subscription.consumer, ids)
            await BatchProcessor(database, subscription).process(records)
            if failed := await _letters(database, subscription.consumer, ids) - before:
                raise NotErased(
                    f"{service} could not erase {failed} people again; see its dead letters.",
                    cure="Do not start the installation; report it.",
                )
    return len(records)


async def _letters(database: Database, consumer: str, ids: Sequence[object]) -> int:
    async with database.transaction() as tx:
        return int(await tx.value(_LETTERS, {"consumer": consumer, "ids": ids}))
