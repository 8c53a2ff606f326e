"""What bounces, complaints and reported wishes do to consent and to the suppression list."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from shared.contracts.campaigns import MessageSettled
from shared.contracts.customers import CustomersMerged
from shared.contracts.interactions import ResponseKind, ResponseRecorded
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.scenes import an_event, ask, emitted, handle, record, rows
from tests.fakes import FixedClock


def an_address() -> str:
    return f"{new_id().hex}@example.test"


def a_response(kind: ResponseKind, **of: object) -> ResponseRecorded:
    fields: dict[str, object] = {"interaction_id": new_id(), "kind": kind, "channel": "email", **of}
    return ResponseRecorded.model_validate(fields)


async def test_a_bounce_suppresses_the_address_of_its_message(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a dead address that is written to again, also by service messages; an event that counts twice."""
    for settled in (True, False):
        customer, message, address = new_id(), new_id(), an_address()
        await record(client, customer)
        assert await ask(client, customer, address=address, message_id=message) == "granted"
        campaign = new_id()
        fact = (
            MessageSettled(
                message_id=message, campaign_id=campaign, channel="email", step="send", outcome="failed", bounced=True
            )
            if settled
            else a_response("bounced", message_id=message)
        )
        event = an_event(fact, customer, clock.now())
        await handle(database, event, event)
        await handle(database, an_event(fact, customer, clock.now()))
        assert await ask(client, customer, address=address) == "suppressed"
        assert await ask(client, customer, address=address, purpose="service") == "suppressed"
        assert await ask(client, customer, address=an_address()) == "granted"
        assert len(await emitted(database, customer, "suppression_changed")) == 1


async def test_other_outcomes_suppress_nothing(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a gate that closes on success."""
    customer, message, address = new_id(), new_id(), an_address()
    await record(client, customer)
    await ask(client, customer, address=address, message_id=message)
    settled = MessageSettled(
        message_id=message, campaign_id=new_id(), channel="email", step="send", outcome="handed_over"
    )
    facts = [settled, a_response("opened", message_id=message), a_response("bounced", message_id=new_id())]
    await handle(database, *(an_event(fact, customer, clock.now()) for fact in facts))
    assert await ask(client, customer, address=address) == "granted"


async def test_a_complaint_withdraws_and_suppresses(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches somebody who called it spam and gets the next one."""
    customer, message, address = new_id(), new_id(), an_address()
    for purpose in ("marketing", "news"):
        await record(client, customer, purpose=purpose)
    await ask(client, customer, address=address, message_id=message)
    await handle(database, an_event(a_response("complained", message_id=message), customer, clock.now()))
    assert await ask(client, customer, address=an_address()) == "withdrawn"
    assert await ask(client, customer, address=address, purpose="news") == "suppressed"
    event = (await emitted(database, customer, "consent_changed"))[-1].data
    assert (event["withdrawn_via"], event["message_id"]) == ("complaint", str(message))


async def test_a_reported_wish_binds_the_address_of_its_message(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a STOP word that counts for one customer id only, while the same number is known under another."""
    customer, other, message, number = new_id(), new_id(), new_id(), f"+4420{new_id().int % 10**8:08}"
    for one in (customer, other):
        await record(client, one, channel="sms")
    assert await ask(client, customer, channel="sms", address=number, message_id=message) == "granted"
    fact = a_response("unsubscribed", message_id=message, channel="sms")
    await handle(database, an_event(fact, customer, clock.now()))
    assert await ask(client, other, channel="sms", address=number) == "withdrawn"
    assert await ask(client, other, channel="sms") == "granted"


@pytest.mark.parametrize("kind", ["complained", "unsubscribed"])
async def test_without_a_known_message_the_whole_channel_is_withdrawn(
    client: httpx.AsyncClient, database: Database, clock: FixedClock, kind: ResponseKind
) -> None:
    """Catches a wish that is lost because nobody knows which message led to it."""
    customer = new_id()
    for purpose in ("marketing", "news"):
        await record(client, customer, purpose=purpose)
    await record(client, customer, channel="sms")
    await handle(database, an_event(a_response(kind), customer, clock.now()))
    assert [await ask(client, customer, purpose=purpose) for purpose in ("marketing", "news")] == ["withdrawn"] * 2
    assert await ask(client, customer, channel="sms", address="+442079460000") == "granted"


async def test_a_reported_unsubscribe_does_not_undo_a_later_yes(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an echo of an old withdrawal that arrives after the person came back."""
    customer = new_id()
    await record(client, customer, "withdrawn")
    left_at = clock.now()
    clock.advance(minutes=1)
    await record(client, customer)
    await handle(database, an_event(a_response("unsubscribed"), customer, left_at))
    assert await ask(client, customer) == "granted"
    await handle(database, an_event(a_response("unsubscribed"), customer, left_at + timedelta(minutes=2)))
    assert await ask(client, customer) == "withdrawn"
    # The three about marketing, and the wish to get nothing at all, once.
    assert await rows(database, "consents", [customer]) == 4


async def test_a_complaint_counts_for_the_customer_that_its_batch_merges(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a batch that asks who somebody is before it knows of its own merges, whichever comes first in it."""
    survivor, absorbed = new_id(), new_id()
    await record(client, survivor)
    merged = CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed)
    complaint = an_event(a_response("complained"), absorbed, clock.now())
    merges = [an_event(merged, customer, clock.now()) for customer in (survivor, absorbed)]
    await handle(database, complaint, *merges)
    assert await ask(client, survivor) == "withdrawn"
    (event,) = (await emitted(database, survivor, "consent_changed"))[1:]
    assert (event.data["withdrawn_via"], event.cause) == ("complaint", complaint.id)
