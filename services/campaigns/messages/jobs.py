"""Recover what senders that are gone had in hand, and measure what is under way."""

from __future__ import annotations

from services.campaigns.messages.service import reports, settling
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import Job, WorkerContext

log = get_logger(__name__)

MESSAGES = gauge("messages", "Messages that are due, in hand, or unknown", ["state"])
OLDEST = gauge("messages_oldest_due_seconds", "How long, in business time, the oldest due message has been waiting")


async def recover(context: WorkerContext) -> None:
    """What senders that are gone had in hand: reserved messages are free again, claimed ones unknown."""
    async with context.database.transaction() as tx:
        freed, lost = await settling.recover(tx)
    if freed or lost:
        log.warning("sender_gone", freed=freed, unknown=lost)


async def measure(context: WorkerContext) -> None:
    """How much is under way, and how long the oldest due message has been waiting."""
    async with context.database.transaction() as tx:
        found = await reports.backlog(tx)
    MESSAGES.labels("due").set(found.due)
    MESSAGES.labels("claimed").set(found.claimed)
    MESSAGES.labels("unknown").set(found.unknown)
    OLDEST.set(found.oldest_s)


JOBS = (Job("recover", 2.0, recover), Job("measure", 5.0, measure))
