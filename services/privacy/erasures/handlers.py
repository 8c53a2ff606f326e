"""Handle the services' receipts, and identifiers that are retired while their holder is being erased."""

from __future__ import annotations

from services.privacy.erasures.service.receipts import record_receipt
from services.privacy.erasures.service.running import erase_retired, is_open
from services.privacy.identity.domain import subject_of
from services.privacy.subject_locks.service import concerned_by
from shared.contracts.analytics import AnalyticsErasureDone
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.customers import CustomersErasureDone, IdentifierRetired
from shared.contracts.interactions import InteractionsErasureDone
from shared.events.handlers import EventBatch, EventHandler, Phase

_RECEIPTS = [CustomersErasureDone, InteractionsErasureDone, AnalyticsErasureDone, CampaignsErasureDone]


async def name_retired(batch: EventBatch) -> None:
    """What was said by an address goes with its holder, if that is being erased."""
    concerned_by(batch).addresses.update(
        [subject_of(event.data.fingerprint) for event in batch.events if await is_open(batch.tx, event.subject)]
    )


async def on_identifier_retired(batch: EventBatch) -> None:
    """If its holder is being erased, the identifier is an address never to write to."""
    for event in batch.events:
        await erase_retired(batch.tx, batch.settings.naming, event)


async def on_erasure_done(batch: EventBatch) -> None:
    """Each receipt is kept; the last clean one of a request completes it."""
    for event in batch.events:
        receipt = event.data
        batch.tx.cause = event
        await record_receipt(batch.tx, receipt.request_id, event.source, receipt.stores, receipt.remaining)
    batch.tx.cause = None


HANDLERS = [
    EventHandler("privacy", Phase.SUBJECTS, [IdentifierRetired], name_retired),
    EventHandler("privacy", Phase.EFFECTS, [IdentifierRetired], on_identifier_retired),
    EventHandler("privacy", Phase.EFFECTS, _RECEIPTS, on_erasure_done),
]
