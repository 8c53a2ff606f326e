"""Event types of the firm's own: declared, checked at both doors, recorded, on the timeline."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.interactions.ingest.service.publishing import publisher_of
from shared.contracts.interactions import CustomRecorded
from tests.component.interactions.builders import Body, an_email, minutes_ago
from tests.component.interactions.conftest import DEFINER, READER, WRITER, DrivenWorker, as_

DECLARED: Body = {
    "description": "Somebody booked a course",
    "schema": {
        "properties": {
            "level": {"type": "string", "enum": ["beginner", "advanced"]},
            "seats": {"type": "integer", "minimum": 1},
            "wish": {"type": "string"},
        },
        "required": ["level"],
        "additionalProperties": False,
    },
    "segmentable": ["level", "seats"],
    "personal": ["wish"],
}


def an_own_event(name: str, email: str, **properties: Any) -> Body:
    """An event as a publisher sends it."""
    return {
        "type": "custom",
        "message_id": uuid4().hex,
        "time": minutes_ago(1),
        "customer": {"email": email},
        "data": {"channel": "web", "name": name, "properties": properties},
    }


@pytest.fixture
async def declared(api: httpx.AsyncClient, app: FastAPI) -> str:
    """The name of a type that the doors know."""
    name = f"course_{uuid4().hex}"
    answer = await api.put(f"/event-types/{name}", json=DECLARED, headers=as_(DEFINER))
    assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.text
    await publisher_of(app.state.context.extras).refresh()
    return name


async def test_an_event_of_a_declared_type_is_recorded_and_its_codes_are_told(
    api: httpx.AsyncClient, worker: DrivenWorker, declared: str
) -> None:
    """Catches an own event that nobody hears of, and a wish that travels on a topic."""
    ada = an_email()
    sent = an_own_event(declared, ada, level="beginner", seats=2, wish="MARKER")
    assert (await api.post("/events", json=sent)).status_code == 202
    await worker.drain()
    (told,) = await worker.emitted(worker.customer_of(ada), CustomRecorded)
    assert (told.data.name, told.data.properties) == (declared, {"level": "beginner", "seats": 2})
    assert b"MARKER" not in told.to_bytes()
    timeline = await api.get(
        f"/customers/{worker.customer_of(ada)}/timeline", params={"kind": "custom"}, headers=as_(READER)
    )
    (item,) = timeline.json()["items"]
    assert item["detail"]["properties"]["wish"] == "MARKER"


async def test_what_does_not_fit_is_refused_with_what_would(api: httpx.AsyncClient, declared: str) -> None:
    """Catches a misspelt name or property that is recorded and never found again."""
    misspelt = await api.post("/events", json=an_own_event(declared.upper(), an_email(), level="beginner"))
    (fault,) = misspelt.json()["errors"]
    assert (misspelt.status_code, fault["reason"]) == (422, "unknown-event-name")
    assert declared in fault["cure"]
    wrong = await api.post("/events", json=an_own_event(declared, an_email(), level="MARKER", extra=1))
    assert {fault["where"] for fault in wrong.json()["errors"]} == {"/data/properties/level", "/data/properties/extra"}
    assert "MARKER" not in wrong.text
    asked = await api.post(f"/event-types/{declared}/check", json={"properties": {}}, headers=as_(DEFINER))
    assert (asked.json()["fits"], asked.json()["errors"][0]["reason"]) == (False, "missing-property")


async def test_what_comes_over_the_topic_is_checked_as_well(worker: DrivenWorker, declared: str) -> None:
    """Catches a publisher with a Kafka client for whom no schema holds, and a bad event that stops the good ones."""
    ada = an_email()
    for event in (
        an_own_event(declared, ada, level="beginner"),
        an_own_event("nobody declared this", ada),
        an_own_event(declared, ada, level="none"),
        an_own_event(declared, ada, level="advanced"),
    ):
        await worker.send_message(event)
    letters = "select count(*) from dead_letters where reason = :reason"
    before = await worker.value(letters, reason="unknown-event-name")
    await worker.drain()
    assert await worker.count(worker.customer_of(ada)) == 2
    assert await worker.value(letters, reason="unknown-event-name") == before + 1
    assert await worker.value(letters, reason="wrong-property") > 0


async def test_a_declaration_that_cannot_be_is_refused_whole(api: httpx.AsyncClient, declared: str) -> None:
    """Catches a schema that is stored and then refuses every event, and a change that nobody can see."""
    bad = {**DECLARED, "segmentable": ["wish"]}
    answer = await api.put(f"/event-types/{declared}", json=bad, headers=as_(DEFINER))
    assert answer.json()["type"] == "/problems/invalid-event-type"
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "/segmentable/0")
    changed = {**DECLARED, "description": "Another word for it"}
    assert (await api.put(f"/event-types/{declared}", json=changed, headers=as_(DEFINER))).json()["version"] == 2
    shown = (await api.get(f"/event-types/{declared}", headers=as_(DEFINER))).json()
    assert (shown["description"], shown["changed_by"], shown["schema"]) == (
        "Another word for it",
        "definer",
        DECLARED["schema"],
    )
    assert (await api.put(f"/event-types/{declared}", json=DECLARED, headers=as_(WRITER))).status_code == 403


async def test_a_withdrawn_type_is_refused_and_what_was_recorded_stays(
    api: httpx.AsyncClient, app: FastAPI, worker: DrivenWorker, declared: str
) -> None:
    """Catches a type that is gone from the list and still accepted."""
    ada = an_email()
    await api.post("/events", json=an_own_event(declared, ada, level="beginner"))
    await worker.drain()
    assert (await api.delete(f"/event-types/{declared}", headers=as_(DEFINER))).status_code == 204
    missing = await api.delete(f"/event-types/{declared}", headers=as_(DEFINER))
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/no-such-event-type")
    await publisher_of(app.state.context.extras).refresh()
    assert (await api.post("/events", json=an_own_event(declared, ada, level="beginner"))).status_code == 422
    assert await worker.count(worker.customer_of(ada)) == 1
    listed = (await api.get("/event-types", headers=as_(DEFINER))).json()["items"]
    assert declared not in {item["name"] for item in listed}
