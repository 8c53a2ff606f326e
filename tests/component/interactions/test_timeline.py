"""Reading what happened: newest first, filtered, in pages, under every alias."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.customers import CustomersMerged, MergeUndone
from tests.component.interactions.builders import a_contact, a_purchase, a_response, minutes_ago
from tests.component.interactions.conftest import OPERATOR, READER, Road, as_, heard


async def _timeline(api: httpx.AsyncClient, customer: UUID, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get(f"/customers/{customer}/timeline", params=query, headers=as_(READER))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def _happened(road: Road, customer: UUID, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        await road.send_message({**body, "customer": {"customer_id": str(customer)}})
    await road.drain()


async def test_a_timeline_is_newest_first_and_filtered(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch an order of arrival, and a filter that is ignored."""
    customer, campaign = uuid4(), str(uuid4())
    await _happened(
        road,
        customer,
        a_purchase(time=minutes_ago(30)),
        a_response(time=minutes_ago(10), data={"campaign_id": campaign}),
        a_contact(time=minutes_ago(60 * 24 * 90), data={"note": "called about a delivery"}),
        a_purchase(time=minutes_ago(20), data={"channel": "store"}),
    )
    kinds = [one["kind"] for one in await _timeline(api, customer)]
    assert kinds == ["response", "purchase", "purchase", "contact"]
    assert [one["channel"] for one in await _timeline(api, customer, kind="purchase")] == ["store", "web"]
    assert [one["kind"] for one in await _timeline(api, customer, channel="phone")] == ["contact"]
    assert [one["kind"] for one in await _timeline(api, customer, campaign=campaign)] == ["response"]
    assert len(await _timeline(api, customer, since=minutes_ago(25))) == 2
    assert len(await _timeline(api, customer, until=minutes_ago(25))) == 2
    (contact,) = await _timeline(api, customer, kind="contact")
    assert contact["detail"]["note"] == "called about a delivery"


async def test_pages_meet_without_gaps_or_repeats(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch a cursor by time alone: many things happen in one second."""
    customer, same = uuid4(), minutes_ago(5)
    await _happened(road, customer, *(a_purchase(time=same) for _ in range(7)), a_purchase(time=minutes_ago(90_000)))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        answer = await api.get(f"/customers/{customer}/timeline", params=query, headers=as_(READER))
        page = answer.json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert len(seen) == len(set(seen)) == 8


async def test_a_merge_joins_timelines_and_its_undoing_parts_them(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch facts that were moved, chains that are not followed, and an undoing that comes before its merge."""
    first, second, third = uuid4(), uuid4(), uuid4()
    for customer in (first, second, third):
        await _happened(road, customer, a_purchase())
    one, two = uuid4(), uuid4()
    await road.hear(
        heard(CustomersMerged(merge_id=one, survivor=second, absorbed=first), second),
        heard(CustomersMerged(merge_id=two, survivor=third, absorbed=second), third),
    )
    for customer in (first, second, third):
        assert {UUID(i["customer_id"]) for i in await _timeline(api, customer)} == {first, second, third}
    await road.hear(
        heard(MergeUndone(merge_id=two, survivor=third, absorbed=second), second),
        heard(CustomersMerged(merge_id=two, survivor=third, absorbed=second), second),
    )
    assert len(await _timeline(api, third)) == 1
    assert len(await _timeline(api, first)) == 2


async def test_one_interaction_is_found_by_its_id(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch an id that is shown and leads nowhere."""
    customer = uuid4()
    await _happened(road, customer, a_purchase(data={"order_id": "A-7"}))
    (shown,) = await _timeline(api, customer)
    answer = await api.get(f"/interactions/{shown['id']}", headers=as_(READER))
    assert answer.json() == shown
    assert shown["detail"]["order_id"] == "A-7"
    missing = await api.get(f"/interactions/{uuid4()}", headers=as_(READER))
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/interaction-not-found")


async def test_counts_are_by_kind_and_origin(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch a count that misses a kind."""
    before = (await api.get("/stats", headers=as_(READER))).json()["interactions"]
    await _happened(road, uuid4(), a_purchase(), a_contact(origin="history"))
    stats = (await api.get("/stats", headers=as_(READER))).json()
    assert stats["interactions"] == before + 2
    assert {"purchase", "contact"} <= {one["kind"] for one in stats["counts"]}


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/customers/me/timeline", "path:customer_id"),
        (f"/customers/{uuid4()}/timeline?kind=party", "query:kind"),
        (f"/customers/{uuid4()}/timeline?limit=0", "query:limit"),
        (f"/customers/{uuid4()}/timeline?after=xyz", "query:after"),
        (f"/customers/{uuid4()}/timeline?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z", "query:since"),
        (f"/customers/{uuid4()}/timeline?since=2026-02-01T00:00:00", "query:since"),
        ("/stats?since=1900-01-01T00:00:00Z", "query:since"),
        ("/interactions/7", "path:interaction_id"),
    ],
)
async def test_an_odd_question_is_refused_with_its_place(api: httpx.AsyncClient, path: str, where: str) -> None:
    """Would catch a 500, and a filter that silently matches nothing."""
    answer = await api.get(path, headers=as_(READER))
    assert answer.status_code == 422, answer.text
    assert [one["where"] for one in answer.json()["errors"]] == [where]


async def test_rates_are_listed_in_pages_and_odd_ones_refused(api: httpx.AsyncClient) -> None:
    """Would catch a rate that values every basket at nothing, and a half-stored request."""
    days = [f"2019-01-{day:02}" for day in range(1, 6)]
    rates = [{"currency": "SEK", "day": day, "rate": "0.1"} for day in days]
    assert (await api.put("/rates", json={"rates": rates}, headers=as_(OPERATOR))).status_code == 200
    page = (await api.get("/rates?currency=SEK&limit=3", headers=as_(OPERATOR))).json()
    rest = (await api.get(f"/rates?currency=SEK&after={page['next']}", headers=as_(OPERATOR))).json()
    assert [one["day"] for one in page["items"] + rest["items"]] == days
    for odd in ({"rate": "0"}, {"rate": "-1"}, {"rate": "1e20"}, {"currency": "XQZ"}, {"currency": "USD"}):
        bad = {"currency": "NOK", "day": "2019-01-01", "rate": "0.1"} | odd
        both = {"rates": [{"currency": "NOK", "day": "2019-01-02", "rate": "0.1"}, bad]}
        answer = await api.put("/rates", json=both, headers=as_(OPERATOR))
        assert answer.status_code == 422, odd
        assert answer.json()["errors"][0]["where"] == "/rates/1"
    assert (await api.get("/rates?currency=NOK", headers=as_(OPERATOR))).json()["items"] == []
