"""Handler of retractions."""

from __future__ import annotations

from collections.abc import Sequence

from services.analytics.facts.service import copies_of
from services.analytics.retracted.service import retract_customers
from shared.contracts.customers import CustomerRetracted
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers_for(stores: Sequence[str]) -> list[EventHandler]:
    """The handlers that take customers out of these tables of the capabilities."""

    async def on_customers_retracted(batch: EventBatch) -> None:
        """Whom nobody but an import knew is in no segment any more."""
        profiles = (await copies_of(batch)).profiles
        versions = {id: version for id, (_, _, version, _) in profiles.items()}
        returned = {event.subject for event in batch.events if versions.get(event.subject, 0) > event.version}
        await retract_customers(batch.tx, stores, batch.events, returned)

    # After all others: what came earlier in the same batch is stored by them.
    return [EventHandler("analytics", Phase.EFFECTS, (CustomerRetracted,), on_customers_retracted)]
