"""Consent by address: whoever withdraws by an address is not written to at that address again."""

from __future__ import annotations

import httpx
import pytest

from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.addresses import an_email, own, retire, say, withdraw
from tests.component.privacy.scenes import ask, emitted, record
from tests.fakes import FixedClock

FOR_MARKETING = {"purpose": "marketing", "channel": "email"}


@pytest.mark.parametrize("door", ["consents", "withdrawals", "everything"])
async def test_a_withdrawal_by_the_email_of_an_account_stops_its_owner(
    client: httpx.AsyncClient, database: Database, door: str
) -> None:
    """Catches a withdrawal that lands on an id which the e-mail derives, while the real customer is mailed."""
    customer, email = new_id(), an_email()
    await own(database, customer, email)
    await record(client, customer)
    assert await ask(client, customer, address=email) == "granted"
    if door == "consents":
        assert (await say(client, {"email": email}, "withdrawn"))["customer_id"] == str(customer)
    else:
        lines = await withdraw(client, {"email": email}, **(FOR_MARKETING if door == "withdrawals" else {}))
        assert {line["customer_id"] for line in lines} == {str(customer), None}
    assert await ask(client, customer, address=email) == "withdrawn"
    assert (await emitted(database, customer, "consent_changed"))[-1].data["state"] == "denied"


@pytest.mark.parametrize("known", ["before", "after"])
async def test_a_withdrawal_by_an_email_binds_whoever_has_it(
    client: httpx.AsyncClient, database: Database, known: str
) -> None:
    """Catches a withdrawal that is lost because nobody was known to have the address when it was made."""
    customer, email = new_id(), an_email()
    await record(client, customer)
    if known == "before":
        await own(database, customer, email)
    await withdraw(client, {"email": email.upper()})
    if known == "after":
        await own(database, customer, email)
    assert await ask(client, customer, address=email) == "withdrawn"
    again = await withdraw(client, {"email": email})
    assert bool(again) is (known == "after"), "asking again adds the owner's lines, if they were not known before"
    assert await withdraw(client, {"email": email}) == []


async def test_a_grant_by_the_email_of_an_account_permits(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a sign-up by e-mail that answers 201 and never permits anything."""
    customer, email = new_id(), an_email()
    await own(database, customer, email)
    assert (await say(client, {"email": email}))["customer_id"] == str(customer)
    assert await ask(client, customer, address=email) == "granted"
    assert (await emitted(database, customer, "consent_changed"))[-1].data["state"] == "granted"


async def test_a_grant_by_an_unowned_email_waits_for_its_owner(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a newsletter's sign-up that is forgotten when its reader becomes a customer, one that permits before, and
    a copy elsewhere that never hears of it."""
    customer, email = new_id(), an_email()
    waiting = await say(client, {"email": email})
    assert (waiting["customer_id"], waiting["at_address"], waiting["blocked_by_address"]) == (None, True, False)
    assert await ask(client, customer, address=email) == "no-consent"
    await own(database, customer, email)
    assert await ask(client, customer, address=email) == "granted"
    (event,) = await emitted(database, customer, "consent_changed")
    assert (event.data["state"], event.data["consent_id"]) == ("granted", waiting["consent_id"])
    shown = (await client.get(f"/customers/{customer}/consents")).json()
    assert shown["current"][0]["permitted"] is True
    assert shown["history"][0]["at_address"] is True


async def test_only_a_grant_that_names_the_address_lifts_its_refusal(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a refusal by address that an agent lifts without knowing, and an answer that does not say so."""
    customer, email = new_id(), an_email()
    await own(database, customer, email)
    await withdraw(client, {"email": email})
    clock.advance(minutes=1)
    assert (await record(client, customer))["blocked_by_address"] is True
    assert await ask(client, customer, address=email) == "withdrawn"
    shown = (await client.get(f"/customers/{customer}/consents")).json()
    (current,) = [found for found in shown["current"] if found["purpose"] == "marketing"]
    assert (current["permitted"], current["blocked_by_address"]) == (False, True)
    lifted = await say(client, {"customer_id": str(customer), "email": email})
    assert lifted["blocked_by_address"] is False
    assert await ask(client, customer, address=email) == "granted"
    assert await ask(client, customer, address=email, purpose="news") == "withdrawn"


async def test_an_old_form_does_not_lift_a_refusal_of_everything(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an import of forms for a purpose that nobody had used when the person wanted to be left alone."""
    customer, email = new_id(), an_email()
    await own(database, customer, email)
    signed = clock.now().isoformat()
    clock.advance(days=1)
    await withdraw(client, {"email": email}, purpose="*")
    late = await say(client, {"email": email}, purpose="news", occurred_at=signed)
    assert (late["effective"], late["blocked_by_address"]) == (False, True)
    assert await ask(client, customer, address=email, purpose="news") == "withdrawn"
    by_id = await record(client, customer, purpose="wine", occurred_at=signed)
    assert by_id["effective"] is False


async def test_when_an_address_changes_hands_grants_end_and_refusals_stay(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches somebody who is mailed because of what the former holder of their address agreed to."""
    first, second, email = new_id(), new_id(), an_email()
    await own(database, first, email)
    await withdraw(client, {"email": email}, purpose="news")
    clock.advance(minutes=1)
    for purpose in ("marketing", "news"):
        await say(client, {"email": email}, purpose=purpose)
        assert await ask(client, first, address=email, purpose=purpose) == "granted"
    await retire(database, first, email)
    assert await ask(client, first, address=email) == "address-changed"
    await own(database, second, email, generation=1)
    assert await ask(client, second, address=email) == "no-consent"
    await record(client, second)
    await record(client, second, purpose="news")
    assert await ask(client, second, address=email) == "granted"
    assert await ask(client, second, address=email, purpose="news") == "withdrawn"


async def test_of_a_couple_the_owner_gets_the_mail_and_either_may_refuse(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches mail about one person to the address of another, and a no that the other's yes outweighs."""
    owner, partner, email = new_id(), new_id(), an_email()
    await own(database, owner, email)
    for one in (owner, partner):
        await say(client, {"customer_id": str(one), "email": email})
    assert await ask(client, owner, address=email) == "granted"
    assert await ask(client, partner, address=email) == "address-changed"
    await withdraw(client, {"customer_id": str(partner), "email": email})
    assert await ask(client, owner, address=email) == "withdrawn"


async def test_an_address_that_only_a_browser_named_needs_a_grant_of_its_own(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches consent of one person that carries over to whatever address a stranger's browser put in their card."""
    customer, email = new_id(), an_email()
    await record(client, customer)
    await own(database, customer, email, trust="browser")
    assert await ask(client, customer, address=email) == "address-changed"
    await say(client, {"customer_id": str(customer), "email": email})
    assert await ask(client, customer, address=email) == "granted"


async def test_consent_follows_to_another_address_on_a_servers_word_only(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches a grant for one address that permits another which nobody vouches for."""
    customer, given, other = new_id(), an_email(), an_email()
    await say(client, {"customer_id": str(customer), "email": given})
    assert await ask(client, customer, address=given) == "granted"
    assert await ask(client, customer, address=other) == "address-changed"
    await own(database, customer, other, trust="browser")
    assert await ask(client, customer, address=other) == "address-changed"
    await own(database, customer, other)
    assert await ask(client, customer, address=other) == "granted"
    assert await ask(client, customer, address=other, purpose="service") == "granted"


async def test_a_refusal_by_phone_binds_the_number(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches a wish by phone that is refused because nobody owns a number, and a grant that would wait for ever."""
    customer, phone = new_id(), f"+4420{new_id().int % 10**8:08}"
    await say(client, {"customer_id": str(customer), "phone": phone}, channel="sms")
    assert await ask(client, customer, channel="sms", address=phone) == "granted"
    await withdraw(client, {"phone": f"{phone[:3]} (0){phone[3:]}"})
    assert await ask(client, customer, channel="sms", address=phone) == "withdrawn"
    alone = {"customer": {"phone": phone}, "action": "granted", "wording": "yes", "wording_version": "1"}
    refused = await client.post("/consents", json={**alone, "purpose": "marketing", "channel": "sms"})
    assert refused.json()["type"] == "/problems/customer-not-derivable"
    by_email = {**alone, "customer": {"phone": phone, "email": an_email()}, "purpose": "marketing", "channel": "sms"}
    assert "this e-mail" in (await client.post("/consents", json=by_email)).json()["detail"]
    clock.advance(minutes=1)
    await say(client, {"customer_id": str(customer), "phone": phone}, channel="sms")
    assert await ask(client, customer, channel="sms", address=phone) == "granted"
