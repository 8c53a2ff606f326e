"""The preference centre: what is chosen there is what permits say from then on."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.privacy.config import Settings
from services.privacy.site.content import LANGUAGES
from shared.contracts.customers import CustomersMerged, IdentifierOwned
from shared.database.engine import Database
from shared.ids import new_id
from shared.security.api_keys import hash_key
from shared.security.tokens import make_unsubscribe_token
from tests.component.privacy.addresses import hash_of
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import address_of, an_event, ask, emitted, handle, record, rows
from tests.fakes import FixedClock


@pytest.fixture
async def visitor(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with httpx.AsyncClient(transport=client._transport, base_url="http://privacy") as visitor:
        yield visitor


def a_link(customer: UUID, **changes: Any) -> str:
    token = make_unsubscribe_token(
        KEY,
        **{
            "customer_id": customer,
            "purpose": "marketing",
            "channel": "email",
            "campaign_id": UUID(int=7),
            "message_id": new_id(),
            "fingerprint": hash_of(address_of(customer)),
            **changes,
        },
    )
    return f"/preferences/{token}"


def ticked(page: str) -> list[str]:
    return re.findall(r'name="ticked" value="([^"]+)" checked', page)


def shown(page: str) -> list[str]:
    return re.findall(r'name="shown" value="([^"]+)"', page)


async def chosen(visitor: httpx.AsyncClient, link: str, *ticks: str, **more: str) -> str:
    """Choose on the page; what it shows then."""
    page = (await visitor.get(link)).text
    form: dict[str, Any] = {"shown": shown(page), "ticked": list(ticks), "page": "en", **more}
    answer = await visitor.post(link, data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_what_is_chosen_holds_at_once_and_is_proven(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a page whose boxes mean nothing, and a consent by page without the words that were beside the box."""
    customer = new_id()
    link = a_link(customer)
    page = (await visitor.get(link)).text
    assert "marketing:email" in shown(page)
    assert ticked(page) == []
    page = await chosen(visitor, link, "marketing:email")
    assert ticked(page) == ["marketing:email"]
    assert await ask(client, customer) == "granted"
    line = (await client.get(f"/customers/{customer}/consents")).json()["history"][0]
    assert line["wording"] == "Yes, I would like to get offers and news by e-mail. I can take this back at any time."
    assert line["recorded_by"] == "preference-centre"
    assert line["evidence"]["page"] == "preference-centre"
    page = await chosen(visitor, link)
    assert ticked(page) == []
    assert await ask(client, customer) == "withdrawn"
    assert (await emitted(database, customer, "consent_changed"))[-1].data["withdrawn_via"] == "page"


async def test_looking_changes_nothing_and_saving_unchanged_neither(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a scanner that unsubscribes people, and a ledger that grows by every press of the button."""
    customer = new_id()
    await record(client, customer)
    link = a_link(customer)
    for language in LANGUAGES:
        page = await visitor.get(link, params={"language": language})
        assert f'lang="{language}"' in page.text
    assert await rows(database, "consents", [customer]) == 1
    assert await rows(database, "preferences", [customer]) == 0
    await chosen(visitor, link, "marketing:email")
    assert await rows(database, "consents", [customer]) == 1


async def test_a_box_that_was_not_shown_is_neither_ticked_nor_unticked(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Catches a form of somebody else's making that grants for purposes which the page does not offer, and an old tab
    that withdraws a purpose that came later."""
    customer = new_id()
    await record(client, customer, purpose="news")
    link = a_link(customer)
    answer = await visitor.post(
        link, data={"shown": ["wine:email", "x", "service:email"], "ticked": ["wine:email", "x"]}
    )
    assert answer.status_code == 200
    assert await ask(client, customer, purpose="news") == "granted"
    assert await ask(client, customer, purpose="wine") == "no-consent"


async def test_a_pause_holds_until_its_end(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, clock: FixedClock, database: Database
) -> None:
    """Catches a pause that is kept and not heeded, and one that stops service mail."""
    customer = new_id()
    owned = IdentifierOwned(fingerprint=hash_of(address_of(customer)), kind="email", generation=0, trust="server")
    await handle(database, an_event(owned, customer, FixedClock().now()))
    await record(client, customer)
    link = a_link(customer)
    page = await chosen(visitor, link, "marketing:email", pause="30")
    assert "Paused until 2017-07-01" in page
    assert await ask(client, customer) == "paused"
    assert await ask(client, customer, purpose="service") == "address-unconfirmed"
    await chosen(visitor, link, "marketing:email", pause="keep")
    assert await ask(client, customer) == "paused"
    clock.advance(days=31)
    assert await ask(client, customer) == "granted"
    told = (await emitted(database, customer, "preferences_changed"))[0].data
    assert told["paused_until"].startswith("2017-07-01")


async def test_less_often_is_less_often(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, clock: FixedClock
) -> None:
    """Catches a choice that changes nothing, one that stops everything, and a message that counts against itself."""
    customer = new_id()
    await record(client, customer)
    await record(client, customer, purpose="news")
    await chosen(visitor, a_link(customer), "marketing:email", **{"often:marketing": "weekly"})
    message = new_id()
    assert await ask(client, customer, message_id=message) == "granted"
    assert await ask(client, customer, message_id=message) == "granted"
    assert await ask(client, customer) == "less-often"
    assert await ask(client, customer, purpose="news") == "granted"
    clock.advance(days=7)
    assert await ask(client, customer) == "granted"


async def test_a_merged_customer_is_written_to_as_the_strictest_of_both_asked(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches a merge after which somebody who asked for quiet is written to."""
    old, new = new_id(), new_id()
    await record(client, new)
    until = (FixedClock().now() + timedelta(days=9)).isoformat()
    answer = await client.put(f"/customers/{old}/preferences", json={"paused_until": until})
    assert answer.status_code == 200, answer.text
    assert await ask(client, new) == "granted"
    merged = CustomersMerged(merge_id=new_id(), absorbed=old, survivor=new)
    await handle(database, an_event(merged, new, FixedClock().now()))
    assert await ask(client, new) == "paused"


async def test_everything_is_stopped_by_one_button(client: httpx.AsyncClient, visitor: httpx.AsyncClient) -> None:
    """Catches a button that leaves a channel or a purpose open."""
    customer = new_id()
    await record(client, customer)
    await record(client, customer, purpose="news", channel="sms")
    answer = await visitor.post(a_link(customer), data={"choice": "all", "page": "de"})
    assert "keine Werbung mehr" in answer.text
    assert await ask(client, customer) == "withdrawn"
    assert await ask(client, customer, purpose="news", channel="sms") == "withdrawn"


async def test_the_unsubscribe_page_leads_here(visitor: httpx.AsyncClient) -> None:
    """Catches a page that offers all or nothing."""
    link = a_link(new_id())
    page = (await visitor.get(link.replace("/preferences/", "/unsubscribe/"))).text
    (target,) = re.findall(r'href="\.\.(/preferences/[^"]+)"', page)
    assert (await visitor.get(target)).status_code == 200


async def test_a_shop_s_server_opens_somebody_s_page_and_its_web_page_does_not(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    """Catches a public key by which anybody chooses for everybody."""
    customer = new_id()
    owned = IdentifierOwned(fingerprint=hash_of(address_of(customer)), kind="email", generation=0, trust="server")
    await handle(database, an_event(owned, customer, FixedClock().now()))
    body = {"customer": {"customer_id": str(customer), "email": address_of(customer)}}
    made = await client.post("/preference-links", json=body)
    assert made.status_code == 200, made.text
    link = made.json()["url"].removeprefix(settings.privacy_public_url)
    assert ticked(await chosen(visitor, link, "marketing:email")) == ["marketing:email"]
    assert await ask(client, customer) == "granted"
    keys = json.loads(settings.api_keys_file.read_text())
    page = {"id": "page", "sha256": hash_key("page-key"), "scopes": ["privacy:write"], "trust": "browser"}
    settings.api_keys_file.write_text(json.dumps([*keys, page]))
    headers = {"Authorization": "Bearer page-key"}
    refused = await client.post("/preference-links", json=body, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-for-pages")
    path = f"/customers/{customer}/preferences"
    assert (await client.put(path, json={}, headers=headers)).status_code == 403


@pytest.mark.parametrize("until", ["2016-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
async def test_a_pause_that_cannot_be_kept_is_refused(client: httpx.AsyncClient, until: str) -> None:
    """Catches a pause that is none, and a withdrawal that calls itself a pause."""
    answer = await client.put(f"/customers/{new_id()}/preferences", json={"paused_until": until})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/pause-not-ahead")


async def test_a_link_that_is_cut_or_of_another_purpose_opens_nothing(visitor: httpx.AsyncClient) -> None:
    """Catches a page that anybody can open."""
    link = a_link(new_id())
    for wrong in ("/preferences/preview", link[:-4], link + "A"):
        for answer in (await visitor.get(wrong), await visitor.post(wrong, data={"choice": "all"})):
            assert answer.status_code == 404


async def test_an_erasure_takes_the_wishes(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches wishes of somebody who is gone, under their id or at their address; and a page that breaks for them."""
    customer = new_id()
    link = a_link(customer)
    await chosen(visitor, link, "marketing:email", pause="30", **{"often:marketing": "monthly"})
    body = {"customer": {"customer_id": str(customer), "email": address_of(customer)}, "requested_by": "officer",
            "identity_checked": True}  # fmt: skip
    answer = await client.post("/erasures", json=body)
    assert answer.status_code == 202, answer.text
    receipt = next(receipt for receipt in answer.json()["receipts"] if receipt["service"] == "privacy")
    assert (receipt["stores"]["preferences"], receipt["stores"]["address_preferences"]) == (1, 1)
    assert not any(receipt["remaining"].values())
    page = await visitor.post(link, data={"shown": ["marketing:email"], "ticked": ["marketing:email"]})
    assert page.status_code == 200
    assert await rows(database, "preferences", [customer]) == 0
    assert await ask(client, customer) == "erased"
