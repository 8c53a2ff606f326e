"""Customers found by what somebody types."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.component.customers.builders import Body, created, merged


def a_word() -> str:
    """A word that is in no other name."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex[:12])


async def found(api: httpx.AsyncClient, text: str, **more: Any) -> list[str]:
    """The ids of those who were found, the best first."""
    answer = await api.post("/customers/find", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return [item["customer_id"] for item in answer.json()["items"]]


async def test_any_identifier_finds_its_customer(api: httpx.AsyncClient) -> None:
    """Catches a number that somebody reads out and that finds nobody, as it is written otherwise."""
    card, number, address = uuid4().hex, uuid4().hex, f"{uuid4().hex}@example.test"
    digits = str(uuid4().int)[:7]
    identifiers = [
        {"kind": "email", "value": address},
        {"kind": "card", "value": card},
        {"kind": "external_id", "value": number, "source": "erp"},
        {"kind": "phone", "value": f"+44 20 {digits}"},
    ]
    customer = (await created(api, identifiers=identifiers))["customer_id"]
    for text in (address, address.upper(), address[:20] + "@", card, number, f"+4420{digits}", f"  {card} "):
        expected = [] if text.endswith("@") else [customer]
        assert await found(api, text) == expected, text
    assert customer in await found(api, address.partition("@")[0] + "@exam")


async def test_words_find_names_and_places_with_typing_errors(api: httpx.AsyncClient) -> None:
    """Catches a box that wants names as they are spelt, and one in which the place narrows nothing."""
    name, city = a_word(), a_word()
    person = (await created(api, attributes={"given_name": "Ada", "family_name": name, "city": city}))["customer_id"]
    other = (await created(api, attributes={"given_name": "Eva", "family_name": name, "city": a_word()}))["customer_id"]
    swapped = name[:4] + name[5] + name[4] + name[6:]
    for text in (name, name.upper(), swapped, name[:-1], f"{name} Ada"):
        assert person in await found(api, text), text
    assert set(await found(api, name)) == {person, other}
    assert await found(api, f"{city} {name}") == [person]
    assert await found(api, f"{city}, {swapped}") == [person]
    assert (await found(api, f"Ada {name}"))[0] == person


async def test_firms_and_postal_codes_are_found(api: httpx.AsyncClient) -> None:
    """Catches a box that knows persons only."""
    name = a_word()
    firm = await created(api, kind="firm", attributes={"legal_name": f"{name} GmbH", "postal_code": "01067"})
    assert await found(api, f"{name} 01067") == [firm["customer_id"]]
    assert await found(api, f"{name} gmbh", kind="person") == []


async def test_filters_and_pages_leave_nobody_out(api: httpx.AsyncClient) -> None:
    """Catches pages that show somebody twice or never, and filters that are not heard."""
    name = a_word()
    people = [
        (await created(api, attributes={"family_name": f"{name}{letter}", "language": "de"}))["customer_id"]
        for letter in "abcde"
    ]
    await created(api, attributes={"family_name": name, "language": "fr"}, status="active")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        body: Body = {"text": name, "attributes": {"language": "de"}, "limit": 2, "after": cursor}
        page = (await api.post("/customers/find", json=body)).json()
        seen += [item["customer_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert (sorted(seen), len(seen)) == (sorted(people), 5)
    assert len(await found(api, name, status="active")) == 1


async def test_who_was_merged_is_found_as_one(api: httpx.AsyncClient) -> None:
    """Catches an alias in the list, which nobody can open as a customer."""
    first, second = await created(api), await created(api)
    await merged(api, first, second)
    for customer in (first, second):
        assert await found(api, customer["identifiers"][0]["value"]) == [first["customer_id"]]


@pytest.mark.parametrize("text", ["%", "__", "\\\\", "' or 1=1 --", "<% :x", "((((", "&|!"])
async def test_signs_are_only_signs(api: httpx.AsyncClient, text: str) -> None:
    """Catches signs of the query language that are taken as such."""
    answer = await api.post("/customers/find", json={"text": text + "  "})
    assert answer.status_code in (200, 422), answer.text
    assert answer.status_code == 422 or answer.json()["items"] == [] or text.strip()
