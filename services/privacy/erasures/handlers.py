"""Handle the services' receipts, and identifiers that are retired while their holder is being erased."""

from __future__ import annotations

from services.privacy.erasures import service
from shared.contracts.analytics import AnalyticsErasureDone
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.customers import CustomersErasureDone, IdentifierRetired
from shared.contracts.interactions import InteractionsErasureDone
from shared.events.handlers import EventBatch, EventHandler, Phase

_RECEIPTS = [CustomersErasureDone, InteractionsErasureDone, AnalyticsErasureDone, CampaignsErasureDone]


async def on_identifier_retired(batch: EventBatch) -> None:
    """If its holder is being erased, the identifier is an address never to write to."""
    for event in batch.events:
        await service.suppress_retired(batch.tx, event.subject, event.data.fingerprint)


async def on_erasure_done(batch: EventBatch) -> None:
    """Each receipt is kept; the last clean one of a request completes it."""
    for event in batch.events:
        receipt = event.data
        batch.tx.cause = event
        await service.record_receipt(batch.tx, receipt.request_id, event.source, receipt.stores, receipt.remaining)
    batch.tx.cause = None


HANDLERS = [
    EventHandler("privacy", Phase.EFFECTS, [IdentifierRetired], on_identifier_retired),
    EventHandler("privacy", Phase.EFFECTS, _RECEIPTS, on_erasure_done),
]
