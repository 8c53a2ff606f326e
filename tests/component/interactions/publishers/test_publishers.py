"""Publishers' own page: what became of their events, by every door, with examples that show nothing that was sent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from fastapi import FastAPI

from services.interactions.ingest.service.publishing import publisher_of
from services.interactions.publishers import repository, service
from services.interactions.publishers.domain import Tally
from shared.database.engine import Database
from tests.component.interactions.builders import Body, a_contact, a_purchase, an_email
from tests.component.interactions.conftest import BROWSER, DEFINER, OPERATOR, READER, REPORTER, DrivenWorker, as_


async def shown(api: httpx.AsyncClient, publisher: str) -> Body:
    answer = await api.get(f"/publishers/{publisher}/activity", headers=as_(OPERATOR))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def counted(page: Body, **wanted: str) -> int:
    return sum(
        int(count["hour"]) for count in page["counts"] if all(count[name] == value for name, value in wanted.items())
    )


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tally:
    """The counts of this test alone."""
    fresh = Tally()
    monkeypatch.setattr(service, "TALLY", fresh)
    return fresh


async def test_a_publisher_sees_what_became_of_its_events(
    api: httpx.AsyncClient, worker: DrivenWorker, database: Database, tally: Tally
) -> None:
    """Catches a mistake that a shop's developer does not see: events that were accepted and are duplicates, others that
    were refused, and nobody who says why."""
    before = (await api.get("/activity", headers=as_(REPORTER))).json()
    sent = a_purchase()
    wrong = a_purchase(data={"currency": "dollars"})
    answer = await api.post("/events/batch", json={"events": [sent, sent, wrong, {}]}, headers=as_(REPORTER))
    assert (answer.json()["accepted"], answer.json()["refused"]) == (2, 2)
    broken = {**as_(REPORTER), "Content-Type": "application/json"}
    assert (await api.post("/events", content=b"{", headers=broken)).status_code == 400
    await worker.drain()
    await service.write_counts(database)
    page = (await api.get("/activity", headers=as_(REPORTER))).json()
    gained = {name: page["hour"][name] - before["hour"][name] for name in page["hour"]}
    assert gained == {"accepted": 2, "recorded": 1, "duplicate": 1, "refused": 3}
    assert page["publisher"] == "reporter"
    assert counted(page, outcome="refused", door="batch", kind="purchase") >= 1
    assert counted(page, outcome="refused", door="single", reason="malformed-body") >= 1
    assert {"/data/currency"} <= {example["where"] for example in page["examples"]}
    assert sum(minute["events"] for minute in page["minutes"]) == sum(page["hour"].values())
    assert page == {**await shown(api, "reporter"), "until": page["until"]}
    listed = (await api.get("/publishers", headers=as_(OPERATOR))).json()["items"]
    (mine,) = [row for row in listed if row["publisher"] == "reporter"]
    assert (mine["hour"], mine["day"]) == (page["hour"], page["day"])


async def test_what_comes_over_kafka_is_counted_by_its_publisher(
    api: httpx.AsyncClient, worker: DrivenWorker, database: Database, tally: Tally
) -> None:
    """Catches a page that knows the HTTP doors only: a broken producer on the topic would look like a silent one."""
    name, known = f"till-{uuid4().hex}", a_contact()
    another, wrong = {**a_contact(), "message_id": known["message_id"]}, a_contact(data={"direction": "MARKER"})
    for body in (known, known, another, wrong):
        await worker.send(orjson.dumps({"publisher": name, "message": body}), key=b"in order")
    await worker.drain()
    await service.write_counts(database)
    page = await shown(api, name)
    assert page["hour"] == {"accepted": 0, "recorded": 1, "duplicate": 1, "refused": 2}
    assert counted(page, door="topic", reason="message-id-reused", kind="contact") == 1
    assert "MARKER" not in str(page)
    assert page["day"] == page["hour"]


async def test_own_events_that_break_their_schema_are_counted_by_type(
    api: httpx.AsyncClient, app: FastAPI, worker: DrivenWorker, database: Database, tally: Tally
) -> None:
    """Catches a declared type whose events fail and are lost among all others, and an example that shows the value."""
    name = f"booked_{uuid4().hex}"
    declared = {"description": "x", "schema": {"properties": {"seats": {"type": "integer"}}}}
    assert (await api.put(f"/event-types/{name}", json=declared, headers=as_(DEFINER))).status_code == 200
    await publisher_of(app.state.context.extras).refresh()
    event = a_contact(type="custom")
    event["data"] = {"channel": "web", "name": name, "properties": {"seats": "MARKER"}}
    assert (await api.post("/events", json=event, headers=as_(REPORTER))).status_code == 422
    await worker.send_message(event, name)
    await worker.drain()
    await service.write_counts(database)
    for page in (await shown(api, "reporter"), await shown(api, name)):
        assert counted(page, outcome="refused", kind=f"custom/{name}", reason="wrong-property") == 1
        assert "MARKER" not in str(page)


@pytest.mark.parametrize("door", ["/events", "/events/batch", "/v1/track", "/history"])
async def test_no_example_shows_what_was_sent(
    api: httpx.AsyncClient, database: Database, tally: Tally, door: str
) -> None:
    """Catches personal data in examples: planted as values, as names of fields, and in what a text quotes."""
    planted = ["Ada MARKER", "marker@example.test", "+49 151 2345678", "MARKER"]
    faulty: list[dict[str, Any]] = [
        a_purchase(data={"currency": "MARKER"}, customer={"email": "marker@example.test", "marker@example.test": 1}),
        a_purchase(traits={"Ada MARKER": {"deep": 1}}),
        a_contact(data={"direction": "MARKER", "+49 151 2345678": "x"}),
        {"type": "MARKER", "userId": "marker@example.test", "event": ["Ada MARKER"], "timestamp": "MARKER"},
    ]
    for event in faulty:
        if door == "/events/batch":
            answer = await api.post(door, json={"events": [event]}, headers=as_(REPORTER))
        else:
            answer = await api.post(door, json=event, headers=as_(REPORTER))
        assert answer.status_code < 500
    assert tally.examples
    await service.write_counts(database)
    page = str(await shown(api, "reporter"))
    assert [word for word in planted if word in page] == []


async def test_a_key_in_pages_and_a_key_for_reading_see_nothing(api: httpx.AsyncClient) -> None:
    """Catches a shop's figures that every visitor of its pages can read, and another's page for a publisher."""
    answer = await api.get("/activity", headers=as_(BROWSER))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-for-pages")
    for path in ("/publishers", "/publishers/reporter/activity"):
        assert (await api.get(path, headers=as_(REPORTER))).status_code == 403
    assert (await api.get("/activity", headers=as_(READER))).status_code == 403


async def test_counts_wait_for_the_database_and_are_forgotten_after_a_day(
    worker: DrivenWorker, database: Database, tally: Tally, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches counts that are lost when the database is away for a moment, that are written twice, or kept for ever."""
    name = an_email().partition("@")[0]
    service.note_accepted(name, "batch", 7)

    async def broken(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(repository, "add_counts", broken)
        with pytest.raises(ConnectionError):
            await service.write_counts(database)
    await service.write_counts(database)
    await service.write_counts(database)
    assert (await shown(api, name))["hour"]["accepted"] == 7
    old = "update publisher_minutes set minute = minute - interval '26 hours' where publisher = :name returning 1"
    assert await worker.value(old, name=name) == 1
    assert (await shown(api, name))["day"]["accepted"] == 0
    async with database.transaction() as tx:
        assert not await service.forget_old_counts(tx, None)
    assert await worker.value("select count(*) from publisher_minutes where publisher = :name", name=name) == 0
