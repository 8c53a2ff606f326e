"""A restored ledger permits nothing until it knows again what was refused since the backup."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import pytest

from deploy.local import Dsns
from services.privacy.config import Settings
from services.privacy.recovery import jobs
from shared.database.engine import Database
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_producer, wire_name
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.backups import restore_backup, take_backup
from tests.component.privacy.addresses import an_email, own, say, withdraw
from tests.component.privacy.scenes import ask, record


@pytest.fixture
async def context(settings: Settings, database: Database, topic_prefix: str, dsns: Dsns) -> WorkerContext:
    """What the worker's job is given; the topics are there."""
    settings = settings.model_copy(update={"topic_prefix": topic_prefix})
    await create_topics(settings)
    return WorkerContext(settings, database, database.clock, Watchdog([]))


async def _publish_all(context: WorkerContext) -> None:
    """As the relay does."""
    producer = make_producer(context.settings)
    await producer.start()
    async with context.database.transaction() as tx:
        rows = await tx.rows("select id, topic, key, value from outbox where not published order by id")
        await tx.execute("update outbox set published = true")
    for row in rows:
        topic, key = wire_name(context.settings, row["topic"]), str(row["key"]).encode()
        await producer.send_and_wait(topic, bytes(row["value"]), key=key)
    await producer.stop()


async def _asked(client: httpx.AsyncClient, customer: UUID, address: str | None = None) -> tuple[int, str | None]:
    message = {
        "message_id": str(new_id()),
        "customer_id": str(customer),
        "purpose": "marketing",
        "channel": "email",
        "address": address or "x@example.test",
    }
    answer = await client.post("/permits", json={"requests": [message]})
    return answer.status_code, answer.json().get("type")


async def test_after_a_restore_no_permit_is_given_before_what_was_forgotten_holds_again(
    client: httpx.AsyncClient, database: Database, context: WorkerContext
) -> None:
    """Catches mail to somebody who withdrew, was suppressed, restricted or erased after the backup was taken."""
    people = {name: new_id() for name in ("stays", "withdrew", "by_address", "restricted", "erased", "suppressed")}
    emails = {name: an_email() for name in people}
    for name, person in people.items():
        await own(database, person, emails[name])
        await record(client, person)
    await jobs.compare_ledger(context)
    await _publish_all(context)
    backup = await asyncio.to_thread(take_backup, context.settings.database_url)

    await withdraw(client, {"customer_id": str(people["withdrew"])}, purpose="marketing", channel="email")
    await withdraw(client, {"email": emails["by_address"]})
    await client.put(f"/customers/{people['restricted']}/restriction", json={"restricted": True})
    request = {"requested_by": "officer-7", "identity_checked": True}
    await client.post("/erasures", json={"customer": {"customer_id": str(people["erased"])}, **request})
    listed = [{"channel": "email", "address": emails["suppressed"]}]
    await client.post("/suppressions", json={"addresses": listed, "customer_id": str(people["suppressed"])})
    late = new_id()
    await record(client, late)
    before = {name: await ask(client, person, address=emails[name]) for name, person in people.items()}
    await _publish_all(context)

    await restore_backup(context.settings.database_url, backup)
    assert await _asked(client, people["stays"]) == (503, "/problems/ledger-not-compared")
    await jobs.compare_ledger(context)
    after = {name: await ask(client, person, address=emails[name]) for name, person in people.items()}
    assert after == before
    assert after == {
        "stays": "granted",
        "withdrew": "withdrawn",
        "by_address": "withdrawn",
        "restricted": "restricted",
        "erased": "erased",
        "suppressed": "suppressed",
    }
    # What was granted since has lost its proof.
    assert await ask(client, late) == "no-consent"


async def test_a_refusal_that_was_taken_back_before_the_restore_is_not_recovered(
    client: httpx.AsyncClient, database: Database, context: WorkerContext
) -> None:
    """Catches a recovery that takes the first word for the last: who came back is not shut out."""
    customer = new_id()
    await record(client, customer)
    await jobs.compare_ledger(context)
    await _publish_all(context)
    backup = await asyncio.to_thread(take_backup, context.settings.database_url)
    await withdraw(client, {"customer_id": str(customer)}, purpose="marketing", channel="email")
    await say(client, {"customer_id": str(customer)})
    await _publish_all(context)
    await restore_backup(context.settings.database_url, backup)
    await jobs.compare_ledger(context)
    assert await ask(client, customer) == "granted"


async def test_without_a_restore_nothing_is_read_and_nothing_waits(
    client: httpx.AsyncClient, context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a topic that is read again and again, and permits that wait for it."""

    async def never(*_: object) -> list[object]:
        raise AssertionError("the topic was read")

    await jobs.compare_ledger(context)
    monkeypatch.setattr(jobs, "published_since", never)
    await jobs.compare_ledger(context)
    assert await _asked(client, new_id()) == (200, None)
