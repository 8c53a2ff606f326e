"""Reading interactions: newest first, filtered, in pages, under every alias."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.customers import CustomersMerged, MergeUndone
from tests.component.interactions.builders import (
    a_contact,
    a_purchase,
    a_response,
    an_event,
    minutes_ago,
)
from tests.component.interactions.conftest import READER, WRITER, DrivenWorker, as_


async def _timeline(api: httpx.AsyncClient, customer: UUID, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get(f"/customers/{customer}/timeline", params=query, headers=as_(READER))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def _record(worker: DrivenWorker, customer: UUID, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        await worker.send_message({**body, "customer": {"customer_id": str(customer)}})
    await worker.drain()


async def test_a_timeline_is_newest_first_and_filtered(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch an order of arrival, and a filter that is ignored."""
    customer, campaign = uuid4(), str(uuid4())
    await _record(
        worker,
        customer,
        a_purchase(time=minutes_ago(30)),
        a_response(time=minutes_ago(10), data={"campaign_id": campaign}),
        a_contact(time=minutes_ago(60 * 24 * 90), data={"note": "called about a delivery"}),
        a_purchase(time=minutes_ago(20), data={"channel": "store"}),
    )
    kinds = [item["kind"] for item in await _timeline(api, customer)]
    assert kinds == ["response", "purchase", "purchase", "contact"]
    assert [item["channel"] for item in await _timeline(api, customer, kind="purchase")] == ["store", "web"]
    assert [item["kind"] for item in await _timeline(api, customer, channel="phone")] == ["contact"]
    assert [item["kind"] for item in await _timeline(api, customer, campaign=campaign)] == ["response"]
    assert len(await _timeline(api, customer, since=minutes_ago(25))) == 2
    assert len(await _timeline(api, customer, until=minutes_ago(25))) == 2
    (contact,) = await _timeline(api, customer, kind="contact")
    assert contact["detail"]["note"] == "called about a delivery"


async def test_pages_meet_without_gaps_or_repeats(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a cursor by time alone: many things happen in one second."""
    customer, same = uuid4(), minutes_ago(5)
    await _record(worker, customer, *(a_purchase(time=same) for _ in range(7)), a_purchase(time=minutes_ago(90_000)))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        answer = await api.get(f"/customers/{customer}/timeline", params=query, headers=as_(READER))
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert len(seen) == len(set(seen)) == 8


@pytest.mark.parametrize("together", [False, True])
async def test_a_merge_joins_timelines_and_its_undoing_parts_them(
    api: httpx.AsyncClient, worker: DrivenWorker, together: bool
) -> None:
    """Would catch facts that were moved, chains that are not followed, and an undoing that comes before its merge."""
    first, second, third = uuid4(), uuid4(), uuid4()
    for customer in (first, second, third):
        await _record(worker, customer, a_purchase())
    first_merge, second_merge = uuid4(), uuid4()
    await worker.deliver(
        an_event(CustomersMerged(merge_id=first_merge, survivor=second, absorbed=first), second),
        an_event(CustomersMerged(merge_id=second_merge, survivor=third, absorbed=second), third),
        together=together,
    )
    for customer in (first, second, third):
        assert {UUID(i["customer_id"]) for i in await _timeline(api, customer)} == {first, second, third}
    await worker.deliver(
        an_event(MergeUndone(merge_id=second_merge, survivor=third, absorbed=second), second),
        an_event(CustomersMerged(merge_id=second_merge, survivor=third, absorbed=second), second),
        together=together,
    )
    assert len(await _timeline(api, third)) == 1
    assert len(await _timeline(api, first)) == 2


async def test_one_interaction_is_found_by_its_id(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch an id that is shown and leads nowhere."""
    customer = uuid4()
    await _record(worker, customer, a_purchase(data={"order_id": "A-7"}))
    (shown,) = await _timeline(api, customer)
    answer = await api.get(f"/interactions/{shown['id']}", headers=as_(READER))
    assert answer.json() == shown
    assert shown["detail"]["order_id"] == "A-7"
    missing = await api.get(f"/interactions/{uuid4()}", headers=as_(READER))
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/interaction-not-found")


async def test_counts_are_by_kind_and_origin(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a count that misses a kind."""
    before = (await api.get("/stats", headers=as_(READER))).json()["interactions"]
    await _record(worker, uuid4(), a_purchase(), a_contact(origin="history"))
    stats = (await api.get("/stats", headers=as_(READER))).json()
    assert stats["interactions"] == before + 2
    assert {"purchase", "contact"} <= {count["kind"] for count in stats["counts"]}


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/customers/me/timeline", "path:customer_id"),
        ("/customers/01890000-0000-7000-8000-000000000001/timeline?kind=party", "query:kind"),
        ("/customers/01890000-0000-7000-8000-000000000001/timeline?limit=0", "query:limit"),
        ("/customers/01890000-0000-7000-8000-000000000001/timeline?after=xyz", "query:after"),
        (
            "/customers/01890000-0000-7000-8000-000000000001/timeline?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z",
            "query:since",
        ),
        ("/customers/01890000-0000-7000-8000-000000000001/timeline?since=2026-02-01T00:00:00", "query:since"),
        ("/stats?since=1900-01-01T00:00:00Z", "query:since"),
        ("/interactions/7", "path:interaction_id"),
    ],
)
async def test_an_odd_question_is_refused_with_its_place(api: httpx.AsyncClient, path: str, where: str) -> None:
    """Would catch a 500, and a filter that silently matches nothing."""
    answer = await api.get(path, headers=as_(READER))
    assert answer.status_code == 422, answer.text
    assert [fault["where"] for fault in answer.json()["errors"]] == [where]


async def test_reading_needs_its_own_scope(api: httpx.AsyncClient) -> None:
    """Would catch a publisher who reads."""
    for path in ("/customers/01890000-0000-7000-8000-000000000001/timeline", f"/interactions/{uuid4()}", "/stats"):
        assert (await api.get(path, headers=as_(WRITER))).status_code == 403
