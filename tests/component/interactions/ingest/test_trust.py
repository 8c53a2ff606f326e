"""Whose word counts: keys of servers and browsers, publishers on the topic, and who may report responses."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from shared.contracts.interactions import IdentityObserved, ResponseRecorded
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record
from tests.component.interactions.builders import a_purchase, a_response, an_email
from tests.component.interactions.conftest import BROWSER, OWN_TOPIC, REPORTER, DrivenWorker, as_

RESERVED = ["bounced", "complained", "unsubscribed"]


async def _letters(worker: DrivenWorker, marker: str) -> list[str]:
    """Reasons of the dead letters that hold `marker`."""
    async with worker.database.transaction() as tx:
        rows = await tx.rows(
            "select reason from dead_letters where position(convert_to(:m, 'UTF8') in value) > 0", {"m": marker}
        )
    return [row["reason"] for row in rows]


async def _trusts(worker: DrivenWorker, email: str) -> list[str]:
    return [event.data.trust for event in await worker.emitted(worker.customer_of(email), IdentityObserved)]


async def test_an_observation_says_how_far_its_publisher_is_believed(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Would catch a storefront's public key that speaks with a server's word, over HTTP or under a listed name."""
    by_server, by_browser, by_till, by_stranger = (an_email() for _ in range(4))
    await api.post("/events", json=a_purchase(customer={"email": by_server}))
    await api.post("/events", json=a_purchase(customer={"email": by_browser}), headers=as_(BROWSER))
    await worker.send_message(a_purchase(customer={"email": by_till}), publisher="till")
    await worker.send_message(a_purchase(customer={"email": by_stranger}), publisher="writer")
    await worker.drain()
    assert await _trusts(worker, by_server) == ["server"]
    assert await _trusts(worker, by_browser) == ["browser"]
    assert await _trusts(worker, by_till) == ["server"]
    assert await _trusts(worker, by_stranger) == ["browser"]


async def test_a_publishers_own_topic_says_who_speaks(worker: DrivenWorker) -> None:
    """Catches a record that borrows another publisher's name, or a trusted one that nobody believes."""
    email = an_email()
    value = orjson.dumps({"publisher": "somebody-else", "message": a_purchase(customer={"email": email})})
    record = Record(f"interactions-inbound-{OWN_TOPIC}", 0, 1, None, value, [])
    assert record.topic in worker.inbound.topics
    await BatchProcessor(worker.database, worker.inbound).process([record])
    customer = worker.customer_of(email)
    assert await _trusts(worker, email) == ["server"]
    by = await worker.value("select publisher from interactions where customer_id = :id", id=customer)
    assert by == OWN_TOPIC


async def test_a_servers_word_is_heard_after_a_browsers(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a trusted claim that customers never hears, since a browser made it before."""
    email = an_email()
    for headers in (as_(BROWSER), {}, as_(BROWSER), {}):
        await api.post("/events", json=a_purchase(customer={"email": email}), headers=headers)
        await worker.drain()
    assert await _trusts(worker, email) == ["browser", "server"]


@pytest.mark.parametrize("kind", RESERVED)
async def test_a_storefronts_key_cannot_end_consent_by_a_response(api: httpx.AsyncClient, kind: str) -> None:
    """Catches a forged complaint: it withdrew the consent of whoever it named."""
    answer = await api.post("/events", json=a_response(data={"kind": kind}))
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"] == "/problems/report-forbidden"
    assert "responses:write" in answer.json()["cure"]


async def test_whoever_may_report_responses_can(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a provider's bounces that no key can bring in."""
    customer = uuid4()
    body = a_response(customer={"customer_id": str(customer)}, data={"kind": "complained"})
    answer = await api.post("/events", json=body, headers=as_(REPORTER))
    assert answer.status_code == 202, answer.text
    await worker.drain()
    (event,) = await worker.emitted(customer, ResponseRecorded)
    assert event.data.kind == "complained"


async def test_a_forged_response_costs_its_neighbours_nothing(api: httpx.AsyncClient) -> None:
    """Would catch a batch that is refused as a whole, or one that lets the forged item through."""
    events = [a_purchase(), a_response(data={"kind": "complained"}), a_response()]
    answer = await api.post("/events/batch", json={"events": events})
    assert answer.status_code == 202
    assert [result["status"] for result in answer.json()["results"]] == ["accepted", "refused", "accepted"]
    assert answer.json()["results"][1]["errors"][0]["reason"] == "report-forbidden"
    history = b"\n".join(orjson.dumps(event) for event in events)
    answer = await api.post("/history", content=history, headers={"Content-Type": "application/x-ndjson"})
    assert (answer.json()["accepted"], answer.json()["refused"]) == (2, 1)


@pytest.mark.parametrize("publisher", ["stranger", "reporter"])
async def test_a_forged_response_on_the_topic_is_a_dead_letter(worker: DrivenWorker, publisher: str) -> None:
    """Catches the same over Kafka, also under the name of a key that may report."""
    body = a_response(data={"kind": "unsubscribed"})
    await worker.send_message(body, publisher=publisher)
    await worker.drain()
    assert await _letters(worker, body["message_id"]) == ["report-forbidden"]


@pytest.mark.parametrize("missing", ["undefined", "null", "None", "NaN", "[object Object]", "\u200b"])
async def test_a_missing_value_is_refused_at_both_doors(
    api: httpx.AsyncClient, worker: DrivenWorker, missing: str
) -> None:
    """Catches one customer made of everybody of whom a shop's script knew no id."""
    references: list[dict[str, Any]] = [{"external_id": {"source": "web", "id": missing}}, {"card": missing}]
    for reference in references:
        body = a_purchase(customer=reference)
        answer = await api.post("/events", json=body)
        assert answer.status_code == 422, answer.text
        fault = answer.json()["errors"][0]
        assert fault["reason"] == "names-nobody"
        assert "leave it out" in fault["cure"]
        await worker.send_message(body)
        await worker.drain()
        assert await _letters(worker, body["message_id"]) == ["names-nobody"]
