"""Whose an identifier is, as the other services hear it."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.customers import IdentifierOwned
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import fingerprints_of
from tests.component.customers.builders import Body, an_email, created, derived, observed
from tests.component.customers.conftest import World


def a_card() -> Body:
    return {"kind": "card", "value": uuid4().hex}


def name_of(world: World, identifier: Body) -> str:
    return fingerprints_of(world.settings.key, Identifier(**identifier))[0]


async def owned(world: World, customer: UUID | str) -> list[tuple[str, str, int, str]]:
    """What customers said that this customer owns, in order."""
    return [
        (event.data.fingerprint, event.data.kind, event.data.generation, event.data.trust)
        for event in await world.emitted(customer, IdentifierOwned)
    ]


async def test_an_owner_is_told_however_the_identifier_came(api: httpx.AsyncClient, world: World) -> None:
    """Catches a road by which somebody gets a name that privacy and interactions never hear of."""
    first, second, phone = an_email(), a_card(), {"kind": "phone", "value": "+44 20 7946 0001"}
    body = await created(api, identifiers=[first, phone])
    answer = await api.post(f"/customers/{body['customer_id']}/identifiers", json=second)
    assert answer.status_code == 201, answer.text
    assert await owned(world, body["customer_id"]) == [
        (name_of(world, first), "email", 0, "server"),
        (name_of(world, second), "card", 0, "server"),
    ]
    email, card = an_email(), a_card()
    customer = derived(world.settings, card)
    await world.deliver(world.event(observed(card, email), customer), again=True)
    assert {(name, kind) for name, kind, _, _ in await owned(world, customer)} == {
        (name_of(world, card), "card"),
        (name_of(world, email), "email"),
    }


async def test_whoever_comes_after_a_removal_owns_the_next_generation(api: httpx.AsyncClient, world: World) -> None:
    """Catches a grant of the former owner that counts for the next one: they share the address, not the generation."""
    email = an_email()
    body = await created(api, identifiers=[email])
    path = f"/customers/{body['customer_id']}/identifiers/{body['identifiers'][0]['identifier_id']}"
    assert (await api.delete(path)).status_code == 200
    again = await created(api, identifiers=[email])
    assert await owned(world, again["customer_id"]) == [(name_of(world, email), "email", 1, "server")]


async def test_an_owner_is_told_again_when_a_server_says_so(api: httpx.AsyncClient, world: World) -> None:
    """Catches an address that stays hearsay for ever, so that nobody may write to it."""
    email = an_email()
    customer = derived(world.settings, email)
    for trust in ("browser", "browser", "server", "browser"):
        await world.deliver(world.event(observed(email, trust=trust), customer))
    assert [trust for _, _, _, trust in await owned(world, customer)] == ["browser", "server"]
    body = (await api.get(f"/customers/{customer}")).json()
    assert [held["trust"] for held in body["identifiers"]] == ["server"]


async def test_an_officers_word_is_a_servers(api: httpx.AsyncClient, world: World) -> None:
    """Catches an address that an agent has confirmed and that is hearsay all the same."""
    email = an_email()
    customer = derived(world.settings, email)
    await world.deliver(world.event(observed(email, trust="browser"), customer))
    answer = await api.post(f"/customers/{customer}/identifiers", json={**email, "verified": True})
    assert answer.json()["trust"] == "server"
    assert [trust for _, _, _, trust in await owned(world, customer)] == ["browser", "server"]


@pytest.mark.parametrize("missing", ["undefined", "null", "None", "NaN", "[object Object]", "\u200b\ufeff"])
async def test_a_missing_value_is_no_identifier(api: httpx.AsyncClient, world: World, missing: str) -> None:
    """Catches one customer made of everybody of whom a program knew no id."""
    for identifier in ({"kind": "external_id", "source": "web", "value": missing}, {"kind": "card", "value": missing}):
        answer = await api.post("/customers", json={"kind": "person", "identifiers": [identifier]})
        assert answer.status_code == 422, answer.text
    customer = uuid4()
    named = Identifier(kind="card", value=missing)
    fact = observed().model_copy(update={"identifiers": [named]})
    await world.deliver(world.event(fact, customer))
    assert await owned(world, customer) == []


async def test_two_mailboxes_are_two_customers(api: httpx.AsyncClient, world: World) -> None:
    """Catches stra\u00dfe@ and strasse@ taken for one: each got the other's mail."""
    local = uuid4().hex
    sharp = await _customer_of(api, f"stra\u00dfe-{local}@example.test")
    plain = await _customer_of(api, f"strasse-{local}@example.test")
    assert sharp["customer_id"] != plain["customer_id"]


async def test_both_spellings_of_a_domain_are_one_address(api: httpx.AsyncClient) -> None:
    """Catches an address that is suppressed in one spelling and written to in the other."""
    local = uuid4().hex
    body = await _customer_of(api, f"{local}@b\u00fccher.example.test")
    for other in (f"{local}@xn--bcher-kva.example.test", f"{local.upper()}@B\u00dcCHER.example.test"):
        search = {"identifier": {"kind": "email", "value": other}}
        found = (await api.post("/customers/search", json=search)).json()["items"]
        assert [customer["customer_id"] for customer in found] == [body["customer_id"]]


async def test_what_has_no_domain_name_is_no_address(api: httpx.AsyncClient) -> None:
    """Catches an address that no mail server can be asked about."""
    identifier = {"kind": "email", "value": "ada@b\u00fc cher\u2764.test".replace(" ", "\u3002\u3002")}
    answer = await api.post("/customers", json={"kind": "person", "identifiers": [identifier]})
    assert answer.status_code == 422, answer.text


async def _customer_of(api: httpx.AsyncClient, email: str) -> Body:
    return await created(api, identifiers=[{"kind": "email", "value": email}])
