"""The event door: what campaigns hears."""

from __future__ import annotations

from typing import Any

from services.campaigns.service import erasure, hearing
from services.campaigns.service.enrolment import enrol
from shared.contracts import analytics, customers, interactions, privacy
from shared.contracts.envelope import Envelope
from shared.database.transaction import Tx
from shared.events.subscription import Subscription


async def on_batch(tx: Tx, events: list[Envelope[Any]]) -> None:
    """Aliases and tombstones first, so that copies and entries of the same batch already follow them."""
    entering = await hearing.who_enters(tx, events)
    await hearing.lock_those_decided_about(tx, events, entering)
    await hearing.follow_merges(tx, events)
    await erasure.erase_customers(tx, events)
    await hearing.keep_copies(tx, events)
    await enrol(tx, entering)


SUBSCRIPTION = Subscription(
    consumer="campaigns",
    topics=["interactions-events", "customers-events", "analytics-events", "privacy-events"],
    types=[
        interactions.PurchaseRecorded,
        interactions.ReturnRecorded,
        interactions.ContactRecorded,
        interactions.ExposureRecorded,
        interactions.ResponseRecorded,
        customers.ProfileChanged,
        customers.CustomersMerged,
        customers.MergeUndone,
        analytics.MembershipsChanged,
        privacy.ConsentChanged,
        privacy.SuppressionChanged,
        privacy.RestrictionChanged,
        privacy.ErasureRequested,
    ],
    on_batch=on_batch,
)
