"""Handle bounces, complaints and reported wishes to unsubscribe."""

from __future__ import annotations

from typing import Any, cast

from services.privacy.responses import service
from services.privacy.responses.domain import Response
from services.privacy.responses.service import Concerned
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope, Fact
from shared.contracts.interactions import ResponseRecorded
from shared.events.handlers import EventBatch, EventHandler, Phase

_CONCERNED = "responses.concerned"
_EFFECTS = {
    "bounced": service.suppress_bounced,
    "complained": service.withdraw_after_complaint,
    "unsubscribed": service.withdraw_as_reported,
}


async def lock_concerned(batch: EventBatch) -> None:
    """Lock whom the batch's responses concern, once for all of them.

    In the phase of identity and behind its handlers (that capability stands lower in the list): the batch's own merges
    decide which ids are to be locked. Nothing locks these rows before.
    """
    responses = [response for event in batch.events if (response := response_of(event)) is not None]
    if responses:
        batch.resolved[_CONCERNED] = await service.lock_concerned(batch.tx, responses)


async def on_response(batch: EventBatch) -> None:
    """Each response has its effect, in order: the same customer may complain and unsubscribe."""
    for event in batch.events:
        response = response_of(event)
        if response is not None:
            batch.tx.cause = event
            await _EFFECTS[response.kind](batch.tx, response, _concerned(batch))
    batch.tx.cause = None


def response_of(event: Envelope[Any]) -> Response | None:
    """The response that an event reports; None when it forbids nothing (opened, clicked, handed over)."""
    fact = event.data
    if isinstance(fact, MessageSettled):
        if not fact.bounced:
            return None
        return Response("bounced", event.subject, fact.channel, fact.message_id, fact.campaign_id, event.time)
    if isinstance(fact, ResponseRecorded) and fact.kind in ("bounced", "complained", "unsubscribed"):
        return Response(fact.kind, event.subject, fact.channel, fact.message_id, fact.campaign_id, event.time)
    return None


def _concerned(batch: EventBatch) -> Concerned:
    return cast(Concerned, batch.resolved[_CONCERNED])


_TYPES: list[type[Fact]] = [ResponseRecorded, MessageSettled]
HANDLERS = [
    EventHandler("privacy", Phase.IDENTITY, _TYPES, lock_concerned),
    EventHandler("privacy", Phase.EFFECTS, _TYPES, on_response),
]
