"""Pass answers on to interactions, and forget those of long ago."""

from __future__ import annotations

from services.privacy.identity.service import hashing_of
from services.privacy.inbound import service
from services.privacy.inbound.clients import NotPassedOn, Switchboard
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import Job, WorkerContext

log = get_logger(__name__)

_PORTION = 100
_EVERY_S, _FORGET_S = 2.0, 3600.0

WAITING = gauge("inbound_answers_waiting", "Answers of people that were not passed on yet (at most 100 are counted)")


async def pass_answers_on(context: WorkerContext) -> None:
    """Each answer that is no word to stop is a contact in interactions. What could not be passed on is tried again."""
    hashing = hashing_of(context.settings)
    async with context.database.transaction() as tx:
        answers = await service.waiting(tx, hashing, _PORTION)
    WAITING.set(len(answers))
    if not answers:
        return
    async with Switchboard.open(context.settings) as switchboard:
        await pass_on_through(context, switchboard)


async def pass_on_through(context: WorkerContext, switchboard: Switchboard) -> None:
    """The next portion. No transaction is open while others are asked."""
    hashing = hashing_of(context.settings)
    async with context.database.transaction() as tx:
        answers = await service.waiting(tx, hashing, _PORTION)
    for answer in answers:
        try:
            await switchboard.pass_on(hashing, answer)
        except NotPassedOn as fault:
            log.warning("answer_waits", provider=answer.provider, message_id=answer.message_id, service=str(fault))
            continue
        async with context.database.transaction() as tx:
            await service.note_passed(tx, answer)


async def forget_answers(context: WorkerContext) -> None:
    """After a month a provider may send an id again as a new one."""
    async with context.database.transaction() as tx:
        await service.forget_old(tx)


JOBS = [Job("pass-answers-on", _EVERY_S, pass_answers_on), Job("forget-answers", _FORGET_S, forget_answers)]
