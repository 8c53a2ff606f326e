"""What interactions refuses, each by its name: a program can tell one from the other."""

from __future__ import annotations

import httpx

from services.interactions.ingest.clients import _unconfirmed
from tests.component.interactions.conftest import OPERATOR, READER, as_


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_doors_refuse_by_name(api: httpx.AsyncClient) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    assert told(await api.post("/events/batch", json={"events": []})) == (422, "invalid-batch")
    assert told(await api.post("/events/batch", json={"events": [{}] * 501})) == (413, "batch-too-large")
    period = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    assert told(await api.get("/stats", params=period, headers=as_(READER))) == (422, "invalid-filter")
    rate = {"currency": "GBP", "day": "2026-01-01", "rate": "-1"}
    assert told(await api.put("/rates", json={"rates": [rate]}, headers=as_(OPERATOR))) == (422, "invalid-rate")
    assert told(await api.post("/events", json={"type": "purchase"})) == (422, "invalid-event")


def test_what_the_broker_did_not_confirm_was_not_accepted() -> None:
    """Catches a 2xx, or a fault of ours, where a publisher has to send again."""
    refused = _unconfirmed([])
    assert (refused.status, refused.slug) == (503, "not-confirmed")
    assert refused.cure


async def test_what_no_file_brought_has_no_row(api: httpx.AsyncClient) -> None:
    """Catches a row of a file that is made up, or an answer with nothing in it."""
    path = "/interactions/0197f4a1-0000-7000-8000-000000000001/source"
    assert told(await api.get(path, headers=as_(READER))) == (404, "not-from-a-file")
