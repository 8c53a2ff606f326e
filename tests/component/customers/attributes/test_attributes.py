"""Definitions of attributes through the real app."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.component.customers.builders import Body


async def test_definitions_that_cannot_work_are_refused(api: httpx.AsyncClient) -> None:
    good = {"name": f"own_{uuid4().hex[:8]}", "type": "choice", "purpose": "taste", "allowed": ["red", "green"]}
    faults: list[Body] = [
        {"allowed": []},
        {"type": "integer"},
        {"name": "status"},
        {"name": "No!"},
        {"purpose": ""},
        {"retention_days": 0},
        {"type": "blob"},
    ]
    for fault in faults:
        assert (await api.post("/attributes", json=good | fault)).status_code == 422, fault
    assert (await api.post("/attributes", json=good | {"name": "city"})).status_code == 409
    assert (await api.patch("/attributes/city", json={"segmentable": False})).status_code == 422
    assert (await api.get("/attributes/none_such")).status_code == 404
    assert (await api.post("/attributes", json=good)).status_code == 201
    listed = {definition["name"]: definition for definition in (await api.get("/attributes")).json()["items"]}
    assert listed[good["name"]]["built_in"] is False
    assert listed["birth_date"]["segmentable"] is True
