"""What an erasure does to statements that were made by an address."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from services.privacy.identity.domain import Hashing, subject_of
from shared.database.engine import Database, sqlstate
from shared.ids import new_id
from tests.component.privacy.addresses import an_email, hash_of, own, retire, say, withdraw
from tests.component.privacy.conftest import KEY
from tests.component.privacy.erasures.steps import a_request, erase, receipts, show
from tests.component.privacy.scenes import ask, emitted, handle, record, rows
from tests.fakes import FixedClock


async def lift(client: httpx.AsyncClient, *emails: str) -> None:
    """Take addresses off the suppression list, to see what else stops a message."""
    named = [{"channel": "email", "address": email} for email in emails]
    await client.post("/suppressions/removals", json={"addresses": named})


async def test_what_was_said_by_an_address_goes_and_its_refusals_stay(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches evidence (with IP) that an erasure leaves at the address, and a no that is forgotten with it."""
    customer, email = new_id(), an_email()
    await own(database, customer, email)
    subject = subject_of(hash_of(email))
    await say(client, {"email": email}, purpose="news")
    await withdraw(client, {"email": email}, purpose="marketing", channel="email")
    assert await rows(database, "consents", [subject]) == 2
    erased = await erase(client, customer)
    own_receipt = erased["receipts"][0]
    assert (own_receipt["stores"]["address_lines"], own_receipt["stores"]["address_grants"]) == (2, 1)
    assert own_receipt["stores"]["identifier_owners"] == 1
    assert not any(own_receipt["remaining"].values())
    assert await rows(database, "consents", [subject]) == 0
    assert await rows(database, "heads", [subject]) == 1
    (event,) = await emitted(database, customer, "erasure_requested")
    assert event.data["fingerprints"] == [hash_of(email)]
    newcomer = new_id()
    await retire(database, customer, email)
    await own(database, newcomer, email, generation=1)
    await record(client, newcomer)
    await lift(client, email)
    assert await ask(client, newcomer, address=email) == "withdrawn"
    assert (await say(client, {"email": email}))["customer_id"] == str(newcomer)
    assert await ask(client, newcomer, address=email) == "granted"


async def test_a_refusal_that_a_grant_had_answered_holds_again(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an erasure that takes away a refusal together with the grant behind it."""
    customer, email = new_id(), an_email()
    await own(database, customer, email)
    await withdraw(client, {"email": email}, purpose="marketing", channel="email")
    clock.advance(minutes=1)
    await say(client, {"email": email})
    await erase(client, customer)
    newcomer = new_id()
    await record(client, newcomer)
    await lift(client, email)
    assert await ask(client, newcomer, address=email) == "withdrawn"


async def test_what_another_said_by_a_shared_address_stays(client: httpx.AsyncClient, database: Database) -> None:
    """Catches an erasure of one of a couple that takes the other's proof, or leaves a line of the one erased."""
    owner, partner, email = new_id(), new_id(), an_email()
    await say(client, {"customer_id": str(partner), "email": email})
    await own(database, owner, email)
    await say(client, {"email": email}, purpose="news")
    subject = subject_of(hash_of(email))
    assert await rows(database, "consents", [subject]) == 2
    await erase(client, partner)
    assert await rows(database, "consents", [subject]) == 1
    assert await rows(database, "consents", [owner]) == 1


async def test_an_address_that_nobody_has_is_erased_by_itself(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a sign-up whose evidence nobody can erase, since no customer came of it; and a tombstone that keeps
    whoever has the address next from consenting by it."""
    email = an_email()
    await say(client, {"email": email})
    (second_self,) = Hashing(KEY).second_selves(email)
    await record(client, second_self)
    subject = subject_of(hash_of(email))
    body = {**a_request(new_id()), "customer": {"email": email}}
    assert (await client.post("/erasures", json=body)).json()["type"] == "/problems/customer-id-needed"
    done = (await client.post("/erasures", json={**body, "address_only": True})).json()
    assert done["receipts"][0]["stores"]["address_lines"] == 2
    assert await rows(database, "consents", [subject, second_self]) == 0
    assert await rows(database, "heads", [subject, second_self]) == 0
    await handle(database, *receipts(done["erasure_id"], subject, clock))
    assert (await show(client, done["erasure_id"]))["state"] == "completed"
    owner = new_id()
    await own(database, owner, email)
    await say(client, {"email": email})
    assert await ask(client, owner, address=email) == "suppressed"
    await lift(client, email)
    assert await ask(client, owner, address=email) == "granted"


async def test_an_owned_address_is_not_erased_without_its_owner(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a certificate for an address alone, while its owner's data stay; and one word of a browser that points an
    erasure at somebody's account."""
    customer, email = new_id(), an_email()
    body = {**a_request(new_id()), "customer": {"email": email}}
    await own(database, customer, email, trust="browser")
    assert (await client.post("/erasures", json=body)).json()["type"] == "/problems/customer-id-needed"
    alone = await client.post("/erasures", json={**body, "address_only": True})
    assert (alone.status_code, alone.json()["type"]) == (409, "/problems/address-has-owner")
    two = {**body, "customer": {"email": an_email(), "phone": "+442079460000"}, "address_only": True}
    assert (await client.post("/erasures", json=two)).json()["type"] == "/problems/one-address-needed"
    await own(database, customer, email)
    assert (await client.post("/erasures", json=body)).json()["customer_id"] == str(customer)


async def test_an_identifier_that_is_retired_during_an_erasure_takes_its_lines_along(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches statements by an address of which only customers knew whose it was."""
    customer, email = new_id(), an_email()
    await say(client, {"email": email})
    await erase(client, customer)
    subject = subject_of(hash_of(email))
    assert await rows(database, "consents", [subject]) == 1
    await retire(database, customer, email)
    assert await rows(database, "consents", [subject]) == 0


async def test_the_ledger_lets_go_of_named_lines_only(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a guard that lets go of an address's whole ledger once something of it was erased."""
    email = an_email()
    body = {**a_request(new_id()), "customer": {"email": email}, "address_only": True}
    await say(client, {"email": email})
    await client.post("/erasures", json=body)
    await say(client, {"email": email})
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as tx:
            await tx.execute("delete from consents where customer_id = :id", {"id": subject_of(hash_of(email))})
    assert sqlstate(refused.value) == "23001"


async def test_who_checked_and_who_refused_an_identity_is_kept(client: httpx.AsyncClient) -> None:
    """Catches an erasure that nobody answers for."""
    checked = await erase(client, new_id(), identity_checked=False)
    assert (checked["recorded_by"], checked["identity_checked_by"]) == ("officer", None)
    await client.post(f"/erasures/{checked['erasure_id']}/identity-check")
    assert (await show(client, checked["erasure_id"]))["identity_checked_by"] == "officer"
    refused = await erase(client, new_id(), identity_checked=False)
    await client.post(f"/erasures/{refused['erasure_id']}/rejection")
    assert (await show(client, refused["erasure_id"]))["rejected_by"] == "officer"
    at_once = await erase(client, new_id())
    assert at_once["identity_checked_by"] == "officer"
