"""Tell the owners of addresses what was granted by them before they were known."""

from __future__ import annotations

from services.privacy.consents.service.addresses import tell_owners
from services.privacy.identity.domain import OWNED_KINDS
from shared.contracts.customers import IdentifierOwned
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_identifier_owned(batch: EventBatch) -> None:
    """A grant by an address that nobody had counts from now on for who has it."""
    await tell_owners(batch.tx, {event.data.fingerprint for event in batch.events if event.data.kind in OWNED_KINDS})


HANDLERS = [EventHandler("privacy", Phase.EFFECTS, [IdentifierOwned], on_identifier_owned)]
