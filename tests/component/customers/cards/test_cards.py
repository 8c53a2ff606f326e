"""Contact cards through the real app."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.component.customers.builders import an_email, created, linked
from tests.component.customers.conftest import World, as_


async def test_cards_come_in_the_order_asked_and_follow_aliases(api: httpx.AsyncClient, world: World) -> None:
    values = {"given_name": "Ada", "language": "de", "time_zone": "Europe/Berlin", "city": "Bath"}
    survivor = await created(api, attributes=values)
    alias = await created(api)
    await linked(world, survivor, alias)
    unknown = str(uuid4())
    asked = [alias["customer_id"], unknown, survivor["customer_id"]]
    answer = await api.post("/cards", json={"customer_ids": asked}, headers=as_("sender"))
    cards = answer.json()["cards"]
    assert [card["customer_id"] for card in cards] == asked
    assert [card["current_id"] for card in cards] == [survivor["customer_id"], None, survivor["customer_id"]]
    assert cards[0] | {"customer_id": None} == cards[2] | {"customer_id": None}
    assert cards[2]["email"] == survivor["identifiers"][0]["value"]
    assert (cards[2]["language"], cards[2]["time_zone"], cards[2]["name"]) == ("de", "Europe/Berlin", "Ada")
    assert cards[2]["attributes"]["city"] == "Bath"
    assert (cards[1]["found"], cards[1]["email"]) == (False, None)
    many = [str(uuid4()) for _ in range(501)]
    assert (await api.post("/cards", json={"customer_ids": many}, headers=as_("sender"))).status_code == 422
    assert (await api.post("/cards", json={"customer_ids": asked}, headers=as_("reader"))).status_code == 403


async def test_a_card_shows_the_preferred_address(api: httpx.AsyncClient) -> None:
    preferred = an_email() | {"preferred": True}
    customer = await created(api, identifiers=[an_email(), preferred, an_email()])
    answer = await api.post("/cards", json={"customer_ids": [customer["customer_id"]]}, headers=as_("sender"))
    assert answer.json()["cards"][0]["email"] == preferred["value"]


async def test_an_address_is_shown_as_a_mail_server_takes_it(api: httpx.AsyncClient) -> None:
    """Catches an address in another script, which no message could be handed over to."""
    local = uuid4().hex
    email = {"kind": "email", "value": f"Kunde.{local}@B\u00fccher.example.test"}
    customer = await created(api, identifiers=[email])
    assert customer["identifiers"][0]["value"] == email["value"]
    answer = await api.post("/cards", json={"customer_ids": [customer["customer_id"]]}, headers=as_("sender"))
    assert answer.json()["cards"][0]["email"] == f"Kunde.{local}@xn--bcher-kva.example.test"
