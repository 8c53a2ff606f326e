"""What the tests of privacy share: calls to its API, events of the other services, events of its own outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from services.privacy.capabilities import CAPABILITIES, CONSUMERS
from services.registry import unconnected_settings
from shared.capabilities import subscriptions_of
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.database.engine import Database
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record
from shared.ids import new_id


def a_consent(customer_id: UUID, **changes: Any) -> dict[str, Any]:
    """The body of a grant for marketing by e-mail."""
    return {
        "customer": {"customer_id": str(customer_id)},
        "purpose": "marketing",
        "channel": "email",
        "action": "granted",
        "wording": "Yes, write to me.",
        "wording_version": "2017-01",
        "evidence": {"form": "sign-up"},
        **changes,
    }


async def record(
    client: httpx.AsyncClient, customer_id: UUID, action: str = "granted", **changes: Any
) -> dict[str, Any]:
    """Record a statement; fails unless it was taken."""
    body = a_consent(customer_id, action=action, **changes)
    if action != "granted":
        body |= {"wording": None, "wording_version": None}
    answer = await client.post("/consents", json=body)
    assert answer.status_code == 201, answer.text
    recorded: dict[str, Any] = answer.json()
    return recorded


def address_of(customer_id: UUID, channel: str = "email") -> str:
    """An address that only this id has."""
    return f"{customer_id.hex}@example.test" if channel == "email" else f"+4420{customer_id.int % 10**8:08}"


async def ask(
    client: httpx.AsyncClient,
    customer_id: UUID,
    *,
    purpose: str = "marketing",
    channel: str = "email",
    address: str | None = None,
    message_id: UUID | None = None,
) -> str:
    """`granted`, or the reason why not. Without an address the message goes to one that only this id has."""
    question = {
        "message_id": str(message_id or new_id()),
        "customer_id": str(customer_id),
        "purpose": purpose,
        "channel": channel,
        "address": address or address_of(customer_id, channel),
    }
    answer = await client.post("/permits", json={"requests": [question]})
    assert answer.status_code == 200, answer.text
    result = answer.json()["results"][0]
    assert result["message_id"] == question["message_id"]
    assert (result["permit_id"] is None) is not result["granted"]
    return "granted" if result["granted"] else str(result["reason"])


@dataclass(frozen=True)
class EmittedEvent:
    """An event of the outbox."""

    id: UUID
    type: str
    origin: str
    cause: UUID | None
    data: dict[str, Any]


async def emitted(database: Database, subject: UUID, kind: str) -> list[EmittedEvent]:
    """The events that privacy emitted about a customer, of one kind (`consent_changed`), oldest first."""
    async with database.transaction() as tx:
        rows = await tx.rows("select value from outbox where key = :key order by id", {"key": subject})
    bodies = [orjson.loads(row["value"]) for row in rows]
    return [
        EmittedEvent(
            UUID(body["id"]), body["type"], body["origin"], UUID(body["cause"]) if body["cause"] else None, body["data"]
        )
        for body in bodies
        if body["type"] == f"privacy.{kind}.v1"
    ]


def an_event(fact: Fact, subject: UUID, at: datetime, *, id: UUID | None = None) -> Envelope[Any]:
    """`fact` in the envelope that its service would give it."""
    return Envelope(
        id=id or new_id(),
        type=fact.TYPE,
        source=fact.TYPE.partition(".")[0],
        subject=subject,
        time=at,
        recorded_at=at,
        version=1,
        origin=Origin.LIVE,
        cause=None,
        traceparent=None,
        data=fact,
    )


async def handle(database: Database, *events: Envelope[Any]) -> None:
    """Privacy's own consumer handles these events as one batch; fails when one of them ends as a dead letter."""
    (subscription,) = subscriptions_of(unconnected_settings("privacy"), CAPABILITIES, CONSUMERS)
    await BatchProcessor(database, subscription).process([_record(event) for event in events])
    async with database.transaction() as tx:
        for event in events:
            dead_letter = await tx.value("select error from dead_letters where event_id = :id", {"id": event.id})
            assert dead_letter is None, dead_letter


async def rows(database: Database, table: str, customer_ids: Sequence[UUID]) -> int:
    """How many rows of a table belong to these customers."""
    async with database.transaction() as tx:
        found = await tx.value(
            f"select count(*) from {table} where customer_id = any(cast(:ids as uuid[]))", {"ids": list(customer_ids)}
        )
    return int(found)


async def until_somebody_waits(database: Database) -> None:
    """Until a lock in this database is waited for; fails when nobody does."""
    for _ in range(200):
        async with database.transaction() as tx:
            waiting = await tx.value(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
        if waiting:
            return
        await asyncio.sleep(0.01)
    pytest.fail("nobody waited: one side takes no lock")


def _record(event: Envelope[Any]) -> Record:
    headers = [("type", event.type.encode())]
    # Positions differ, as on a topic: dead letters are known by them.
    position = event.id.int % 2**40
    return Record(f"{event.source}-events", 0, position, str(event.subject).encode(), event.to_bytes(), headers)
