"""Handle bounces, complaints and reported wishes to unsubscribe."""

from __future__ import annotations

from typing import Any

from services.privacy.identity.domain import subject_of
from services.privacy.responses import service
from services.privacy.responses.domain import Response
from services.privacy.responses.service import Concerned
from services.privacy.subject_locks.service import concerned_by
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope, Fact
from shared.contracts.interactions import ResponseRecorded
from shared.events.handlers import EventBatch, EventHandler, Phase

_MESSAGES = "responses.messages"
_EFFECTS = {
    "bounced": service.suppress_bounced,
    "complained": service.withdraw_after_complaint,
    "unsubscribed": service.withdraw_as_reported,
}


async def name_concerned(batch: EventBatch) -> None:
    """Whom the batch's responses concern: who responded, and to whom and where the messages went."""
    responses = [response for event in batch.events if (response := response_of(event)) is not None]
    messages = await service.permitted_messages(batch.tx, responses)
    batch.resolved[_MESSAGES] = messages
    concerned = concerned_by(batch)
    concerned.customers.update(response.customer_id for response in responses)
    concerned.customers.update(message.customer_id for message in messages.values())
    concerned.addresses.update(subject_of(message.fingerprint) for message in messages.values())


async def lock_addresses(batch: EventBatch) -> None:
    """The addresses of the messages, behind the customers."""
    await service.lock_addresses(batch.tx, batch.resolved[_MESSAGES].values())


async def on_response(batch: EventBatch) -> None:
    """Each response has its effect, in order: the same customer may complain and unsubscribe."""
    concerned = Concerned(batch.resolved[_MESSAGES], concerned_by(batch).locked)
    for event in batch.events:
        response = response_of(event)
        if response is not None:
            batch.tx.cause = event
            await _EFFECTS[response.kind](batch.tx, response, concerned)
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


_TYPES: list[type[Fact]] = [ResponseRecorded, MessageSettled]
HANDLERS = [
    EventHandler("privacy", Phase.SUBJECTS, _TYPES, name_concerned),
    EventHandler("privacy", Phase.LOCKS, _TYPES, lock_addresses),
    EventHandler("privacy", Phase.EFFECTS, _TYPES, on_response),
]
