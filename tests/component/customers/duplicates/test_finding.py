"""Customers who are alike are proposed, with the reasons, and only while that holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.customers.duplicates.repository import index
from shared.contracts.privacy import ErasureRequested
from shared.database.transaction import Tx
from tests.component.customers.builders import created, merged
from tests.component.customers.conftest import World, as_
from tests.component.customers.duplicates.world import a_person, a_word, compared, pairs_of, traces_of, two_alike


@pytest.mark.parametrize(
    ("changes", "field", "agreement"),
    [
        ({}, "address", "same"),
        ({"given_name": "Johana"}, "given_name", "similar"),
        ({"given_name": "Johanna Maria"}, "given_name", "part"),
        ({"given_name": "J."}, "given_name", "initial"),
        ({"birth_date": "1980-05-27"}, "birth_date", "near"),
        ({"address_lines": ["Linden"]}, "address", "near"),
        ({"address_lines": ["Am Hang 3"], "postal_code": "80331", "city": "München"}, "address", "moved"),
    ],
)
async def test_a_second_entry_of_somebody_is_proposed_with_what_agrees(
    api: httpx.AsyncClient, world: World, changes: dict[str, Any], field: str, agreement: str
) -> None:
    """Catches an entry that no block brings together with the first, and a score nobody can follow."""
    first, second = await two_alike(api, **changes)
    await compared(world)
    (pair,) = await pairs_of(api, first)
    assert {pair["customer_id"], pair["other_id"]} == {first["customer_id"], second["customer_id"]}
    assert agreement in [found["agreement"] for found in pair["fields"] if found["field"] == field]
    assert pair["state"] == "open"
    assert 0.5 <= pair["score"] <= 1
    assert pair["survivor"] in (first["customer_id"], second["customer_id"])


async def test_names_in_each_others_boxes_meet(api: httpx.AsyncClient, world: World) -> None:
    """Catches blocks in which the family name must stand where it stood."""
    person = a_person()
    first = await created(api, attributes=person)
    swapped = {**person, "given_name": person["family_name"], "family_name": person["given_name"]}
    await created(api, attributes=swapped)
    await compared(world)
    (pair,) = await pairs_of(api, first)
    assert [found["agreement"] for found in pair["fields"][:2]] == ["swapped", "swapped"]


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": "Friedrich"},
        {"birth_date": "1951-02-03"},
        {"birth_date": "1951-02-03", "address_lines": ["Am Hang 3"], "postal_code": "80331", "city": "München"},
    ],
)
async def test_relatives_and_namesakes_are_not_proposed(
    api: httpx.AsyncClient, world: World, changes: dict[str, Any]
) -> None:
    """Catches twins, parents and namesakes in the list: whoever sees them too often confirms without looking."""
    first, _ = await two_alike(api, **changes)
    await compared(world)
    assert await pairs_of(api, first) == []


async def test_a_proposal_goes_when_it_holds_no_longer(api: httpx.AsyncClient, world: World) -> None:
    """Catches a pair that stays in the list after the record was put right, and one that is found for new customers
    only."""
    first, second = await two_alike(api, given_name="Friedrich")
    await compared(world)
    assert await pairs_of(api, first) == []
    path = f"/customers/{second['customer_id']}"
    for name, expected in (("Johanna", 1), ("Friedrich", 0)):
        body = {"attributes": {"given_name": name}}
        assert (await api.patch(path, json=body, headers={"If-Match": "*"})).status_code == 200
        await compared(world)
        assert len(await pairs_of(api, first)) == expected


async def test_firms_are_compared_by_name_without_their_form(api: httpx.AsyncClient, world: World) -> None:
    """Catches firms that are two for a GmbH, and persons who are taken for firms."""
    name = a_word()
    place = {"address_lines": ["Hafenweg 7"], "postal_code": "20457", "city": "Hamburg"}
    first = await created(api, kind="firm", attributes={"legal_name": f"{name} Logistik GmbH", **place})
    await created(api, kind="firm", attributes={"legal_name": f"{name.upper()} Logistik", **place})
    await created(api, attributes={"family_name": name, "given_name": "Logistik", **place})
    await compared(world)
    (pair,) = await pairs_of(api, first)
    assert (pair["kind"], pair["fields"][0]) == (
        "firm",
        {"field": "legal_name", "agreement": "same", "points": 11.0},
    )


async def test_whoever_was_merged_or_erased_is_in_no_pair(api: httpx.AsyncClient, world: World) -> None:
    """Catches names that stay in the index of an erased customer, and aliases that are proposed."""
    first, second = await two_alike(api)
    third = await created(api, attributes=first["attributes"])
    await compared(world)
    assert len(await pairs_of(api, third)) == 2
    await merged(api, first, second)
    assert len(await pairs_of(api, third)) == 1
    await compared(world)
    assert [pair["survivor"] for pair in await pairs_of(api, third)] == [first["customer_id"]]
    gone = await created(api, attributes=first["attributes"])
    await world.deliver(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), UUID(gone["customer_id"])))
    await compared(world)
    assert len(await pairs_of(api, third)) == 1
    assert await traces_of(world, gone) == {}


async def test_a_customer_who_is_erased_while_compared_leaves_nothing(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a comparison that has read somebody, is overtaken by their erasure, and writes them down again."""
    first, gone = await two_alike(api)
    hold = index.hold

    async def overtaken(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
        await world.deliver(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), UUID(gone["customer_id"])))
        return await hold(tx, ids)

    monkeypatch.setattr(index, "hold", overtaken)
    await compared(world)
    assert await pairs_of(api, first) == []
    assert await traces_of(world, gone) == {}


async def test_whoever_was_told_apart_by_an_undo_is_not_proposed(api: httpx.AsyncClient, world: World) -> None:
    """Catches two whom somebody has merged by hand and taken apart again, and who come back as a proposal."""
    first, second = await two_alike(api)
    merge = await merged(api, first, second)
    await compared(world)
    assert (await api.post(f"/merges/{merge['merge_id']}/undo")).status_code == 200
    await compared(world)
    assert await pairs_of(api, first) == []


async def test_lists_are_filtered_and_paged_without_loss(api: httpx.AsyncClient, world: World) -> None:
    """Catches a cursor that skips pairs of one score, and filters that are not heard."""
    person = a_person()
    for _ in range(4):
        await created(api, attributes=person)
    await compared(world)
    seen, after = [], None
    while True:
        params: dict[str, Any] = {
            "limit": 4,
            "least_score": 0.9,
            "kind": "person",
            **({"after": after} if after else {}),
        }
        page = (await api.get("/duplicates", params=params)).json()
        seen += [pair["duplicate_id"] for pair in page["items"]]
        assert all(pair["score"] >= 0.9 for pair in page["items"])
        after = page["next"]
        if after is None:
            break
    everything = (await api.get("/duplicates", params={"limit": 500, "least_score": 0.9, "kind": "person"})).json()
    assert len(seen) >= 6
    assert seen == [pair["duplicate_id"] for pair in everything["items"]]
    assert (await api.get("/duplicates", params={"kind": "firm", "most_score": 0.1})).json()["items"] == []
    counts = (await api.get("/duplicates/counts")).json()
    assert counts["open"] >= 6
    assert counts["waiting"] == 0
    assert counts["automatic"] is False
    assert (await api.get("/duplicates", headers=as_("reader"))).status_code == 403
