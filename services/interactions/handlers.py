"""Event door: what interactions hears, and who handles it."""

from __future__ import annotations

from functools import partial

from services.interactions.config import Settings
from services.interactions.domain.currencies import PLACES
from services.interactions.service.accepting import Inbound, read_record
from services.interactions.service.hearing import (
    erase,
    record_settled,
    record_withdrawal,
    remember_merge,
    remember_retirement,
)
from services.interactions.service.recording import Policy, record_messages
from shared.clock import Clock
from shared.contracts.campaigns import MessageSettled
from shared.contracts.customers import CustomersMerged, IdentifierRetired, MergeUndone
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.database.transaction import Tx
from shared.events.subscription import Record, Subscription


def subscriptions(settings: Settings, clock: Clock) -> list[Subscription]:
    """Publishers' messages and campaigns' outcomes in batches; the quiet rest one by one."""
    policy = _policy(settings)

    async def on_inbound(tx: Tx, heard: list[Inbound]) -> None:
        await record_messages(tx, policy, heard)

    async def on_erasure_requested(tx: Tx, heard: Envelope[ErasureRequested]) -> None:
        await erase(tx, policy.key, heard)

    return [
        Subscription(
            "interactions-inbound",
            ["interactions-inbound"],
            decode=partial(_decode, policy.key, clock),
            on_batch=on_inbound,
            inbox=False,
        ),
        Subscription("interactions-settled", ["campaigns-events"], types=[MessageSettled], on_batch=record_settled),
        Subscription(
            "interactions",
            ["customers-events", "privacy-events"],
            handlers={
                CustomersMerged: remember_merge,
                MergeUndone: remember_merge,
                IdentifierRetired: remember_retirement,
                ConsentChanged: record_withdrawal,
                ErasureRequested: on_erasure_requested,
            },
        ),
    ]


def _policy(settings: Settings) -> Policy:
    if settings.base_currency not in PLACES:
        raise ValueError(f"BASE_CURRENCY {settings.base_currency} is no currency of ISO 4217")
    return Policy(settings.installation_key.get_secret_value(), settings.base_currency, settings.rate_max_age_days)


def _decode(key: str, clock: Clock, record: Record) -> Inbound:
    return read_record(record.value, clock.now(), clock.factor, key, record.header("traceparent"))
