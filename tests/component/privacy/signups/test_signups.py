"""Double opt-in: an address that somebody typed in permits nothing before it confirms."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from services.privacy.config import Settings
from services.privacy.signups.jobs import delete_unconfirmed
from shared.contracts.customers import IdentifierOwned
from shared.database.engine import Database
from shared.ids import new_id
from shared.security.api_keys import hash_key
from tests.component.privacy.addresses import hash_of
from tests.component.privacy.conftest import a_worker
from tests.component.privacy.scenes import an_event, ask, emitted, handle, rows
from tests.component.privacy.signups.steps import a_sign_up, a_wording, card_of, link_of, signed_up
from tests.fakes import FixedClock


@pytest.fixture
async def visitor(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with httpx.AsyncClient(transport=client._transport, base_url="http://privacy") as visitor:
        yield visitor


async def told_customers(database: Database, address: str) -> list[dict[str, Any]]:
    """What customers hears of an address, with the customer whom it names."""
    async with database.transaction() as tx:
        found = await tx.rows("select value from outbox where topic = 'customers-inbound' order by id")
    events = [orjson.loads(row["value"]) for row in found]
    return [event for event in events if event["data"]["identifiers"][0]["value"] == address]


async def statements_at(database: Database, address: str) -> int:
    async with database.transaction() as tx:
        return int(
            await tx.value("select count(*) from consents where fingerprint = :hash", {"hash": hash_of(address)})
        )


async def test_an_address_that_confirms_consents_with_proof_and_gets_its_owner(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a sign-up that permits nothing after all, and one whose proof is not kept."""
    notice = await a_wording(client)
    body = a_sign_up(notice)
    signup = await signed_up(client, body)
    asked = (await emitted(database, signup, "signup_requested"))[0].data
    assert asked["signup_id"] == str(signup)
    assert body["email"] not in json.dumps(asked)
    link = await link_of(client, signup)
    page = await visitor.get(link)
    assert page.status_code == 200
    assert "Yes, write to me." in page.text
    assert await statements_at(database, body["email"]) == 0

    assert (await visitor.post(link)).status_code == 200
    (told,) = await told_customers(database, body["email"])
    assert told["data"]["trust"] == "server"
    assert told["data"]["traits"] == {"given_name": "Rosa", "language": "en"}
    customer = UUID(told["subject"])
    assert await ask(client, customer, address=body["email"]) == "no-consent"
    owned = IdentifierOwned(fingerprint=hash_of(body["email"]), kind="email", generation=0, trust="server")
    await handle(database, an_event(owned, customer, FixedClock().now()))
    assert await ask(client, customer, address=body["email"]) == "granted"
    line = (await client.get(f"/customers/{customer}/consents")).json()["history"][0]
    assert line["notice_id"] == notice["notice_id"]
    assert line["evidence"]["signup_id"] == str(signup)
    assert line["evidence"].keys() >= {"page", "requested_by", "requested_from", "requested_at", "confirmed_from"}


async def test_nothing_is_permitted_before_the_address_confirms(client: httpx.AsyncClient, database: Database) -> None:
    """Catches consent of somebody whose address a stranger typed in."""
    body = a_sign_up(await a_wording(client))
    await signed_up(client, body)
    assert await statements_at(database, body["email"]) == 0
    assert await told_customers(database, body["email"]) == []


async def test_what_was_typed_in_lies_sealed_and_goes_with_the_confirmation(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches an address book of people who never confirmed, in every backup."""
    body = a_sign_up(await a_wording(client))
    signup = await signed_up(client, body)
    link = await link_of(client, signup)

    async def stored() -> Any:
        async with database.transaction() as tx:
            return await tx.row("select * from signups where signup_id = :id", {"id": signup})

    row = await stored()
    assert body["email"].encode() not in bytes(row["sealed"])
    assert body["email"] not in str(dict(row))
    await visitor.post(link)
    assert (await stored())["sealed"] is None
    assert await card_of(client, signup) is None


async def test_a_link_is_used_once(client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database) -> None:
    """Catches a second grant by an old link, after the person withdrew."""
    body = a_sign_up(await a_wording(client))
    link = await link_of(client, await signed_up(client, body))
    await visitor.post(link)
    withdrawn = await client.post("/withdrawals", json={"customer": {"email": body["email"]}})
    assert withdrawn.is_success, withdrawn.text
    before = await statements_at(database, body["email"])
    again = await visitor.post(link)
    assert again.status_code == 200
    assert "confirmed before" in again.text
    assert await statements_at(database, body["email"]) == before
    assert len(await told_customers(database, body["email"])) == 1


async def test_what_nobody_confirms_is_deleted(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a link that works for ever, and addresses that stay without anybody's consent."""
    body = a_sign_up(await a_wording(client))
    signup = await signed_up(client, body)
    link = await link_of(client, signup)
    clock.advance(hours=49)
    assert await card_of(client, signup) is None
    for answer in (await visitor.get(link), await visitor.post(link)):
        assert answer.status_code == 410
    assert await statements_at(database, body["email"]) == 0
    await delete_unconfirmed(a_worker(database))
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from signups where signup_id = :id", {"id": signup}) == 0
    assert (await visitor.get(link)).status_code == 410


async def test_a_link_that_is_not_ours_opens_nothing(visitor: httpx.AsyncClient) -> None:
    """Catches a page that goes to the database for every string that somebody sends."""
    for token in ("x", "A" * 43, "preview", "1.AAAA"):
        for answer in (await visitor.get(f"/confirm/{token}"), await visitor.post(f"/confirm/{token}")):
            assert answer.status_code == 404
            assert "does not work" in answer.text


async def test_an_address_is_asked_a_few_times_a_day_and_nobody_learns_of_it(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a stranger who fills somebody's mailbox with our letters, and one who finds out who is with us."""
    body = a_sign_up(await a_wording(client))
    ids = [await signed_up(client, body), await signed_up(client, body)]
    assert ids[0] == ids[1]
    for _ in range(5):
        clock.advance(minutes=11)
        ids.append(await signed_up(client, body))
    assert len(set(ids)) == 3
    for signup in set(ids):
        assert len(await emitted(database, signup, "signup_requested")) == 1


async def test_a_name_changes_nothing_of_somebody_who_is_known(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a stranger who renames a customer by a form that the customer then confirms."""
    body = a_sign_up(await a_wording(client), given_name="Mallory")
    customer = new_id()
    owned = IdentifierOwned(fingerprint=hash_of(body["email"]), kind="email", generation=0, trust="server")
    await handle(database, an_event(owned, customer, FixedClock().now()))
    await visitor.post(await link_of(client, await signed_up(client, body)))
    (told,) = await told_customers(database, body["email"])
    assert (told["subject"], told["data"]["traits"]) == (str(customer), {})
    assert await ask(client, customer, address=body["email"]) == "granted"


async def test_a_key_that_stands_in_a_page_may_sign_up_and_no_more(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    """Catches a storefront's newsletter tick that cannot be sent, and a public key that opens another door."""
    keys = json.loads(settings.api_keys_file.read_text())
    page = {"id": "page", "sha256": hash_key("page-key"), "scopes": ["privacy:signup"], "trust": "browser"}
    settings.api_keys_file.write_text(json.dumps([*keys, page]))
    headers = {"Authorization": "Bearer page-key"}
    body = a_sign_up(await a_wording(client))
    assert (await client.post("/signups", json=body, headers=headers)).status_code == 202
    for path in ("/signups/cards", "/consents", "/withdrawals"):
        assert (await client.post(path, json={}, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"email": "rosa@exa mple.test"}, "invalid"),
        ({"email": "undefined@null"}, "address-unusable"),
        ({"notices": []}, "invalid"),
        ({"notices": [{"name": "footer", "version": "9", "language": "en"}]}, "unknown-notice"),
        ({"birth_date": "2010-01-01", "country": "DE"}, "too-young"),
        ({"given_name": "http://evil.example/prize"}, "invalid"),
        ({"given_name": "  "}, "invalid"),
        ({"consent": True}, "invalid"),
    ],
)
async def test_bad_sign_ups_are_refused(client: httpx.AsyncClient, change: dict[str, Any], slug: str) -> None:
    """Catches a child's consent, words that nobody wrote, and a link that travels in a name."""
    answer = await client.post("/signups", json=a_sign_up(await a_wording(client)) | change)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"/problems/{slug}" or slug == "invalid"


async def test_a_wording_that_asks_for_nothing_by_mail_is_refused(client: httpx.AsyncClient) -> None:
    """Catches a click in a mail that counts as consent to calls."""
    notice = await a_wording(client, channels=["phone"])
    answer = await client.post("/signups", json=a_sign_up(notice))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/wording-not-by-email")


async def test_an_erasure_takes_the_sign_ups_of_the_address(client: httpx.AsyncClient, database: Database) -> None:
    """Catches an address that is erased and then asked whether it wants our newsletter."""
    body = a_sign_up(await a_wording(client))
    signup = await signed_up(client, body)
    request = {
        "customer": {"email": body["email"]}, "address_only": True, "requested_by": "officer", "identity_checked": True
    }  # fmt: skip
    answer = await client.post("/erasures", json=request)
    assert answer.status_code == 202, answer.text
    assert await card_of(client, signup) is None
    receipts = {receipt["service"]: receipt for receipt in answer.json()["receipts"]}
    assert receipts["privacy"]["stores"]["signups"] == 1
    assert receipts["privacy"]["remaining"]["signups"] == 0
    assert await rows(database, "permits", [signup]) == 0
