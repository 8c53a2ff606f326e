"""The demonstration's outside checks, on the services' own schemas: green when all is well, red on planted faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid5

import asyncpg
import orjson
import pytest

from deploy.demo.audit import consent, inbox, origins
from deploy.demo.checker import Checker
from deploy.demo.drained import Broker
from deploy.demo.places import Places
from deploy.local import Dsns
from services.registry import run_migrations
from shared.kafka.clients import create_topics
from tests.fakes import FixedClock
from tests.infrastructure import CreateDatabase

ADA, BEN = UUID(int=1), UUID(int=2)
SERVICES = ("privacy", "campaigns", "interactions", "analytics")
Urls = dict[str, str]


@pytest.fixture(scope="module")
async def urls(create_database: CreateDatabase) -> Urls:
    """Migrated databases of four services."""
    made = {service: await create_database(f"demo-{service}") for service in SERVICES}
    for service, url in made.items():
        await asyncio.to_thread(run_migrations, service, url)
    return made


@pytest.fixture
async def checker(urls: Urls, tmp_path: Path) -> AsyncIterator[Checker]:
    """The checker, on databases without rows."""
    for service, tables in {
        "privacy": "permits", "campaigns": "messages", "interactions": "outbox", "analytics": "outbox",
    }.items():  # fmt: skip
        await write(urls[service], f"truncate {tables}")
    places = Places({}, {}, {}, urls, "", "", FixedClock(), tmp_path, "", lambda _: None)
    async with Checker(places) as checker:
        yield checker


async def write(url: str, statement: str, *values: object) -> None:
    """Plant something."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement, *values)
    await connection.close()


async def say(urls: Urls, customer: UUID, version: int, action: str) -> None:
    """A line of the consent ledger."""
    await write(
        urls["privacy"],
        """insert into consents (customer_id, version, consent_id, purpose, channel, action, effective, occurred_at,
           recorded_at, recorded_by, basis, evidence)
           values ($1, $2, $3, 'marketing', 'email', $4, true, now(), now(), 'test', 'consent', '{}')
           on conflict do nothing""",
        customer, version, uuid5(customer, str(version)), action,
    )  # fmt: skip


async def permit(urls: Urls, message: UUID, covers: list[UUID], versions: list[int]) -> None:
    """A permit as privacy writes it: which ids it covers, and at which change of each."""
    await write(
        urls["privacy"],
        """insert into permits (customer_id, permit_id, message_id, purpose, channel, fingerprint, covers, versions,
           granted_at) values ($1, $2, $2, 'marketing', 'email', 'f', $3, $4, now())""",
        covers[0], message, covers, versions,
    )  # fmt: skip


async def hand_over(urls: Urls, message: UUID, entry: UUID) -> None:
    """A row of the ledger."""
    await write(
        urls["campaigns"],
        """insert into messages (customer_id, id, campaign_id, entry_id, step, channel, purpose, priority, state,
           context, enrolled_at, not_before, expires_at)
           values ($1, $2, $2, $3, 'send', 'email', 'marketing', 5, 'handed_over', '{}', now(), now(), now())""",
        ADA, message, entry,
    )  # fmt: skip


async def publish(url: str, event: UUID, origin: str) -> None:
    """A row of an outbox."""
    await write(
        url,
        "insert into outbox (day, event_id, topic, key, type, value) values (current_date, $1, 't', $1, 't', $2)",
        event, orjson.dumps({"origin": origin}),
    )  # fmt: skip


async def test_a_mail_is_right_only_with_a_consent_that_held_when_its_permit_was_written(
    urls: Urls, checker: Checker
) -> None:
    """Catches a checker that passes a missing permit, a permit after a withdrawal, and a permit without any consent;
    and one that is red for a withdrawal that came after the permit."""
    await say(urls, ADA, 5, "granted")
    await say(urls, ADA, 9, "withdrawn")
    good, late, missing, nobody = (UUID(int=n) for n in range(10, 14))
    await permit(urls, good, [ADA], [7])
    await permit(urls, late, [ADA], [9])
    await permit(urls, nobody, [BEN], [7])
    assert (await consent(checker, [good])).holds
    for bad in (late, missing, nobody):
        assert not (await consent(checker, [good, bad])).holds


async def test_one_alias_that_withdrew_is_enough_to_be_red(urls: Urls, checker: Checker) -> None:
    """Catches a merged customer who is mailed under the id that did not withdraw."""
    await say(urls, ADA, 5, "granted")
    await say(urls, BEN, 6, "withdrawn")
    await permit(urls, UUID(int=20), [ADA, BEN], [6, 6])
    assert not (await consent(checker, [UUID(int=20)])).holds


async def test_mails_and_ledger_must_be_the_same(urls: Urls, checker: Checker) -> None:
    """Catches a mail sent twice, a mail the ledger does not know, and a hand-over that never arrived."""
    one, other = UUID(int=30), UUID(int=31)
    await hand_over(urls, one, UUID(int=1))
    assert (await inbox(checker, [one])).holds
    for mails in ([one, one], [one, other], []):
        assert not (await inbox(checker, mails)).holds


async def test_a_group_that_never_committed_has_read_nothing(
    dsns: Dsns, session_id: str, checker: Checker, tmp_path: Path
) -> None:
    """Catches a consumer that is not there at all and counts as one that has nothing to do."""
    prefix = f"{session_id}-drained-"
    places = Places({}, {}, {}, {}, dsns.kafka, prefix, FixedClock(), tmp_path, "", lambda _: None)
    await create_topics(places.kafka_settings)
    async with Broker(places) as broker:
        assert set((await broker.lags()).values()) == {0}
        async with places.producer() as producer:
            await producer.send_and_wait(f"{prefix}privacy-events", b"{}")
        behind = {group for group, lag in (await broker.lags()).items() if lag == 1}
    assert behind == {"interactions", "customers-erasures", "analytics", "campaigns"}


async def test_a_message_that_goes_back_to_history_is_red(urls: Urls, checker: Checker) -> None:
    """Catches an import that mails somebody, directly or through a segment, and an entry without any event."""
    await hand_over(urls, UUID(int=40), UUID(int=50))
    assert not (await origins(checker)).holds
    await publish(urls["interactions"], UUID(int=50), "live")
    assert (await origins(checker)).holds
    await hand_over(urls, UUID(int=41), UUID(int=51))
    await publish(urls["analytics"], UUID(int=51), "history")
    assert not (await origins(checker)).holds
