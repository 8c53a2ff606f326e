"""What privacy hears: bounces and complaints, merges, retired identifiers, receipts of erasures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from services.privacy.service import erasures, identities, responses
from shared.contracts.analytics import AnalyticsErasureDone
from shared.contracts.campaigns import CampaignsErasureDone, MessageSettled
from shared.contracts.customers import CustomersErasureDone, CustomersMerged, IdentifierRetired, MergeUndone
from shared.contracts.envelope import Envelope, Fact
from shared.contracts.interactions import InteractionsErasureDone, ResponseRecorded
from shared.database.transaction import Tx
from shared.events.subscription import Subscription

ErasureDone = CustomersErasureDone | InteractionsErasureDone | AnalyticsErasureDone | CampaignsErasureDone


async def on_response_recorded(tx: Tx, event: Envelope[ResponseRecorded]) -> None:
    """A bounce, a complaint or the wish to hear no more."""
    said = event.data
    if said.kind == "bounced" and said.message_id is not None:
        await responses.bounced(tx, said.message_id)
    elif said.kind == "complained":
        await responses.complained(tx, event.subject, said.channel, said.message_id, event.time)
    elif said.kind == "unsubscribed":
        await responses.unsubscribed(tx, event.subject, said.channel, said.message_id, said.campaign_id, event.time)


async def on_message_settled(tx: Tx, event: Envelope[MessageSettled]) -> None:
    """The provider said that the address does not exist."""
    if event.data.bounced:
        await responses.bounced(tx, event.data.message_id)


async def on_customers_merged(tx: Tx, event: Envelope[CustomersMerged]) -> None:
    """Two ids are one customer."""
    said = event.data
    await identities.merged(tx, said.merge_id, survivor=said.survivor, absorbed=said.absorbed)


async def on_merge_undone(tx: Tx, event: Envelope[MergeUndone]) -> None:
    """They are two again."""
    said = event.data
    await identities.merge_undone(tx, said.merge_id, survivor=said.survivor, absorbed=said.absorbed)


async def on_identifier_retired(tx: Tx, event: Envelope[IdentifierRetired]) -> None:
    """The identifier derives somebody new; if its holder is being erased, it is an address never to write to."""
    await identities.identifier_retired(tx, event.data.fingerprint, event.data.generation)
    await erasures.keep_retired(tx, event.subject, event.data.fingerprint)


async def on_erasure_done(tx: Tx, event: Envelope[ErasureDone]) -> None:
    """A service's receipt."""
    said = event.data
    await erasures.keep_receipt(tx, said.request_id, event.source, said.stores, said.remaining)


HANDLERS: dict[type[Fact], Callable[[Tx, Any], Awaitable[None]]] = {
    ResponseRecorded: on_response_recorded,
    MessageSettled: on_message_settled,
    CustomersMerged: on_customers_merged,
    MergeUndone: on_merge_undone,
    IdentifierRetired: on_identifier_retired,
    CustomersErasureDone: on_erasure_done,
    InteractionsErasureDone: on_erasure_done,
    AnalyticsErasureDone: on_erasure_done,
    CampaignsErasureDone: on_erasure_done,
}


async def on_batch(tx: Tx, events: list[Envelope[Any]]) -> None:
    """The events in their order, after everything they may change is locked in the order that all transactions keep."""
    heard = [event for event in events if _concerns_a_message(event.data)]
    if heard:
        messages = [event.data.message_id for event in heard if event.data.message_id is not None]
        await responses.lock_concerned(tx, [event.subject for event in heard], messages)
    for event in events:
        tx.cause = event
        await HANDLERS[type(event.data)](tx, event)
    tx.cause = None


def _concerns_a_message(fact: Fact) -> bool:
    if isinstance(fact, MessageSettled):
        return fact.bounced
    return isinstance(fact, ResponseRecorded) and fact.kind in ("bounced", "complained", "unsubscribed")


SUBSCRIPTION = Subscription(
    "privacy",
    ["customers-events", "interactions-events", "analytics-events", "campaigns-events"],
    types=tuple(HANDLERS),
    on_batch=on_batch,
)
