"""What other services say: exposures, responses, retired identifiers, erasures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
import pytest

from shared.contracts.campaigns import MessageSettled
from shared.contracts.customers import IdentifierRetired
from shared.contracts.envelope import Origin
from shared.contracts.interactions import (
    ExposureRecorded,
    Identifier,
    InteractionsErasureDone,
    PurchaseRecorded,
    ResponseRecorded,
)
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.customers.identifiers import customer_id_of, fingerprint, normalise
from tests.component.interactions.builders import a_contact, a_line, a_purchase, a_response, an_email
from tests.component.interactions.conftest import Road, heard


def _settled(**changes: Any) -> MessageSettled:
    values: dict[str, Any] = {
        "message_id": uuid4(),
        "campaign_id": uuid4(),
        "channel": "email",
        "step": "send",
        "outcome": "handed_over",
    }
    return MessageSettled(**{**values, **changes})


async def test_a_message_handed_over_is_an_exposure(road: Road) -> None:
    """Would catch a missing cause or trace, and a second exposure for an event that comes twice."""
    customer = uuid4()
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    event = replace(heard(_settled(), customer), traceparent=trace)
    await road.hear(event, event)
    (said,) = await road.said(customer, ExposureRecorded)
    assert said.cause == event.id
    assert said.data.message_id == event.data.message_id
    assert said.origin == Origin.LIVE
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in str(said.traceparent)


async def test_only_what_was_handed_over_was_seen(road: Road) -> None:
    """Would catch refusals and failures counted as exposures."""
    customer = uuid4()
    for outcome in ("refused", "failed", "unknown"):
        await road.hear(heard(_settled(outcome=outcome, reason="cap"), customer))
    assert await road.said(customer) == []


async def test_a_bounce_is_a_response(road: Road) -> None:
    """Would catch a dead address that nobody learns of."""
    customer = uuid4()
    await road.hear(heard(_settled(outcome="failed", bounced=True, reason="no such mailbox"), customer))
    (said,) = await road.said(customer)
    assert isinstance(said.data, ResponseRecorded)
    assert said.data.kind == "bounced"


@pytest.mark.parametrize(("via", "responses"), [("one_click", 1), ("page", 1), ("api", 0), ("complaint", 0), (None, 0)])
async def test_a_withdrawal_by_the_person_is_a_response(road: Road, via: Any, responses: int) -> None:
    """Would catch an unsubscribe that no report shows."""
    customer = uuid4()
    consent = ConsentChanged(
        consent_id=uuid4(),
        purpose="marketing",
        channel="email",
        state="denied",
        withdrawn_via=via,
        campaign_id=uuid4(),
        message_id=uuid4(),
    )
    await road.hear(heard(consent, customer))
    said = await road.said(customer, ResponseRecorded)
    assert [one.data.kind for one in said] == ["unsubscribed"] * responses


async def test_an_old_outcome_is_history(road: Road) -> None:
    """Would catch a rebuilt topic that triggers campaigns."""
    customer = uuid4()
    event = heard(_settled(), customer)
    await road.hear(replace(event, time=event.time - timedelta(days=2)))
    (said,) = await road.said(customer)
    assert said.origin == Origin.HISTORY


async def test_a_retired_identifier_leads_to_somebody_new(road: Road) -> None:
    """Would catch an erased person who comes back as their old self; generations only grow."""
    key = road.settings.installation_key.get_secret_value()
    email = an_email()
    identifier = Identifier(kind="email", value=email)
    mark = fingerprint(key, "email", normalise("email", email))
    for generation in (2, 1):
        await road.hear(heard(IdentifierRetired(fingerprint=mark, generation=generation), uuid4()))
    await road.send_message(a_purchase(customer={"email": email}))
    await road.drain()
    new = customer_id_of(key, identifier, 2)
    assert await road.value("select count(*) from interactions where customer_id = :id", id=new) == 1


async def test_the_door_learns_of_retired_identifiers(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch answers that name the erased customer for ever."""
    from services.interactions.ingest.service.publishing import publisher_of

    key = road.settings.installation_key.get_secret_value()
    email = an_email()
    mark = fingerprint(key, "email", normalise("email", email))
    await road.hear(heard(IdentifierRetired(fingerprint=mark, generation=1), uuid4()))
    publisher = publisher_of(api._transport.app.state.context.extras)  # type: ignore[attr-defined]
    await publisher.refresh()
    answer = await api.post("/events", json=a_purchase(customer={"email": email}))
    assert UUID(answer.json()["customer_id"]) == customer_id_of(key, Identifier(kind="email", value=email), 1)


async def _planted(road: Road, email: str, alias: UUID) -> UUID:
    """A person with something in every store, under two ids, marked so that what is left over can be found."""
    who = {"email": email}
    await road.send_message(
        a_purchase(customer=who, data={"order_id": email, "lines": [a_line(amount=777)]}, traits={"name": email})
    )
    await road.send_message(a_contact(customer=who, data={"note": email}))
    await road.send_message(a_response(customer={"customer_id": str(alias)}, data={"link": email}))
    await road.send(orjson.dumps({"publisher": "till", "message": a_purchase(customer=who, data={"currency": "XQZ"})}))
    await road.drain()
    return customer_id_of(road.settings.installation_key.get_secret_value(), Identifier(kind="email", value=email))


async def _found_anywhere(road: Road, marker: str) -> list[str]:
    """The tables that hold `marker` in any column, also inside bytes."""
    connection = await asyncpg.connect(road.settings.database_url)
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        found = []
        for (table,) in tables:
            sql = f'select count(*) from "{table}" t where t::text like $1 or t::text like $2'
            if await connection.fetchval(sql, f"%{marker}%", f"%{marker.encode().hex()}%"):
                found.append(table)
        return found
    finally:
        await connection.close()


async def test_an_erasure_leaves_nothing_that_leads_back(road: Road) -> None:
    """Would catch a store that was forgotten (dead letters and the outbox among them), and lost amounts."""
    email, alias, request = an_email(), uuid4(), uuid4()
    customer = await _planted(road, email, alias)
    assert await _found_anywhere(road, email)
    money = "select sum(amount) from interactions where amount = 777"
    before = await road.value(money)
    # What went out to the event topics ages out there within its retention; the customer's own columns must be clean.
    await road.hear(heard(ErasureRequested(request_id=request, aliases=[alias]), customer))
    (done,) = await road.said(customer, InteractionsErasureDone)
    assert done.data.request_id == request
    assert done.data.stores["interactions"] == 3
    assert done.data.stores["dead_letters"] == 1
    assert done.data.stores["outbox"] >= 1
    assert set(done.data.remaining.values()) == {0}
    assert [t for t in await _found_anywhere(road, email) if not t.startswith("outbox")] == []
    for one in (customer, alias):
        assert await road.value("select count(*) from interactions where customer_id = :id", id=one) == 0
    assert await road.value(money) == before


async def test_after_an_erasure_nothing_is_recorded_and_a_repeat_reports_again(road: Road) -> None:
    """Would catch an import that brings an erased person back, and a redelivered message that slips past the guard."""
    email, alias = an_email(), uuid4()
    customer = await _planted(road, email, alias)
    again = a_purchase(customer={"customer_id": str(alias)})
    request = ErasureRequested(request_id=uuid4(), aliases=[alias])
    await road.hear(heard(request, customer), heard(request, customer))
    assert len(await road.said(customer, InteractionsErasureDone)) == 2
    await road.send_message(again)
    await road.hear(heard(_settled(), customer))
    await road.drain()
    for one in (customer, alias):
        assert await road.value("select count(*) from interactions where customer_id = :id", id=one) == 0
    assert await road.said(alias, PurchaseRecorded) == []
