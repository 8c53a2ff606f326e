"""What customers hears."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.customers.config import Settings
from services.customers.service.erasure import erase_customer
from services.customers.service.observations import observe_identities
from services.customers.service.purchases import note_purchases
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import IdentityObserved, PurchaseRecorded
from shared.contracts.privacy import ErasureRequested
from shared.database.transaction import Tx
from shared.events.subscription import Subscription


def subscriptions(settings: Settings) -> list[Subscription]:
    """Three topics, three groups: a flood on one does not hold up the others."""
    return [
        Subscription(
            "customers-inbound",
            ["customers-inbound"],
            types=[IdentityObserved],
            on_batch=partial(on_identities_observed, settings),
        ),
        Subscription(
            "customers-purchases",
            ["interactions-events"],
            types=[PurchaseRecorded],
            on_batch=partial(on_purchases_recorded, settings),
        ),
        Subscription(
            "customers-erasures",
            ["privacy-events"],
            handlers={ErasureRequested: partial(on_erasure_requested, settings)},
        ),
    ]


async def on_identities_observed(settings: Settings, tx: Tx, events: list[Envelope[IdentityObserved]]) -> None:
    """Publishers named somebody."""
    await observe_identities(tx, settings, events)


async def on_purchases_recorded(settings: Settings, tx: Tx, events: list[Envelope[PurchaseRecorded]]) -> None:
    """Somebody bought."""
    await note_purchases(tx, settings, events)


async def on_erasure_requested(settings: Settings, tx: Tx, event: Envelope[Any]) -> None:
    """Somebody is to be forgotten."""
    await erase_customer(tx, settings, event)
