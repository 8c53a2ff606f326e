"""Erase a customer with everybody who stands for it, and report what was deleted."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.analytics import AnalyticsErasureDone
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ErasureRequested
from shared.customers.merges import groups_of
from shared.customers.stores import Person, Store, forget
from shared.customers.tombstones import add_tombstones
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.events.letter_erasure import Moment


async def erase_customer(tx: Tx, naming: Naming, stores: Sequence[Store], event: Envelope[ErasureRequested]) -> None:
    """Nothing of the customer is left here, nothing comes back, and privacy has the receipt."""
    named = [event.subject, *event.data.aliases]
    everybody = sorted({id for group in (await groups_of(tx, named)).values() for id in group.members})
    await add_tombstones(tx, event.data.request_id, everybody)
    found = await forget(tx, stores, Person(everybody), naming, Moment.of(event), event.data.fingerprints)
    tx.publish(
        AnalyticsErasureDone(request_id=event.data.request_id, stores=found.erased, remaining=found.remaining),
        subject=event.subject,
        cause=event,
    )
