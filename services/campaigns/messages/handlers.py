"""Event handlers: exposures and responses to our messages are kept for the reports."""

from __future__ import annotations

from services.campaigns.contacts.service import customers_of
from services.campaigns.messages.domain.ledger import Response
from services.campaigns.messages.repository import responses
from shared.contracts.interactions import ExposureRecorded, ResponseRecorded
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_responses(batch: EventBatch) -> None:
    """Each message, kind and link is counted once; nothing is kept of erased customers."""
    erased = customers_of(batch).erased
    found = []
    for event in batch.events:
        data = event.data
        if event.subject in erased or data.campaign_id is None or data.message_id is None:
            continue
        kind, link = ("exposed", "") if isinstance(data, ExposureRecorded) else (data.kind, data.link or "")
        found.append(Response(event.subject, data.campaign_id, data.message_id, kind, link, event.time))
    if found:
        await responses.save(batch.tx, found)


HANDLERS = (EventHandler("campaigns", Phase.COPIES, (ExposureRecorded, ResponseRecorded), on_responses),)
