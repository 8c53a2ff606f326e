"""Rates over HTTP."""

from __future__ import annotations

import httpx

from tests.component.interactions.conftest import OPERATOR, as_


async def test_rates_are_listed_in_pages_and_odd_ones_refused(api: httpx.AsyncClient) -> None:
    """Would catch a rate that values every basket at nothing, and a half-stored request."""
    days = [f"2019-01-{day:02}" for day in range(1, 6)]
    rates = [{"currency": "SEK", "day": day, "rate": "0.1"} for day in days]
    assert (await api.put("/rates", json={"rates": rates}, headers=as_(OPERATOR))).status_code == 200
    page = (await api.get("/rates?currency=SEK&limit=3", headers=as_(OPERATOR))).json()
    rest = (await api.get(f"/rates?currency=SEK&after={page['next']}", headers=as_(OPERATOR))).json()
    assert [rate["day"] for rate in page["items"] + rest["items"]] == days
    for odd in ({"rate": "0"}, {"rate": "-1"}, {"rate": "1e20"}, {"currency": "XQZ"}, {"currency": "USD"}):
        bad = {"currency": "NOK", "day": "2019-01-01", "rate": "0.1"} | odd
        both = {"rates": [{"currency": "NOK", "day": "2019-01-02", "rate": "0.1"}, bad]}
        answer = await api.put("/rates", json=both, headers=as_(OPERATOR))
        assert answer.status_code == 422, odd
        assert answer.json()["errors"][0]["where"] == "/rates/1"
    assert (await api.get("/rates?currency=NOK", headers=as_(OPERATOR))).json()["items"] == []
    assert (await api.get("/rates")).status_code == 403  # with a publisher's key
