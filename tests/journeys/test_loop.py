"""From a purchase to one permitted message and back, through every part as users and operators run it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.contracts.topics import TOPICS
from tests.journeys.conftest import Product
from tests.journeys.steps import Until, buy, consent


async def refusals(product: Product, campaign: str) -> dict[str, int]:
    report = await product.done("GET", "campaigns", f"/campaigns/{campaign}/report", "marketing")
    assert report["adds_up"]
    return dict(report["refused"])


async def test_a_second_purchase_brings_one_mail_and_an_unsubscribe_ends_it(
    product: Product, campaign: dict[str, Any], until: Until
) -> None:
    """The road itself: catches any part that does not do its share of the loop."""
    await consent(product, "ada")
    await buy(product, "ada", 2)

    async def arrived() -> Any:
        return product.mails_to("ada@example.test")

    (mail,) = await until(arrived)
    assert "Hello Ada" in mail.get_body(("plain",)).get_content()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"])
    assert link is not None
    page = await product.http.get(link[1])
    assert page.status_code == 200
    gone = await product.http.post(link[1], data={"List-Unsubscribe": "One-Click"})
    assert gone.status_code == 200

    found = await product.done(
        "POST", "customers", "/customers/search", "marketing",
        json={"identifier": {"kind": "email", "value": "ada@example.test"}},
    )  # fmt: skip
    who = found["items"][0]["customer_id"]

    async def responded() -> Any:
        shown = await product.done("GET", "interactions", f"/customers/{who}/timeline", "marketing")
        return {"exposure", "response"} <= {item["kind"] for item in shown["items"]}

    await until(responded)


async def test_without_consent_nothing_is_sent_and_the_reason_is_kept(
    product: Product, campaign: dict[str, Any], until: Until
) -> None:
    """Catches a gate that lets pass what privacy does not permit."""
    await buy(product, "ben", 2)

    async def refused() -> Any:
        return (await refusals(product, campaign["campaign"])).get("no-consent")

    assert await until(refused) >= 1
    assert product.mails_to("ben@example.test") == []


async def test_history_mails_nobody(product: Product, campaign: dict[str, Any], until: Until) -> None:
    """Catches a back-fill that would write to everybody who ever bought."""
    await consent(product, "cleo")
    await buy(product, "cleo", 3, origin="history")
    await consent(product, "dora")
    await buy(product, "dora", 3, time=(datetime.now(UTC) - timedelta(days=3)).isoformat())

    async def recorded() -> Any:
        found = await product.done(
            "POST", "customers", "/customers/search", "marketing",
            json={"identifier": {"kind": "email", "value": "dora@example.test"}},
        )  # fmt: skip
        return found["items"]

    await until(recorded)
    await consent(product, "canary")
    await buy(product, "canary", 2)

    async def canary() -> Any:
        return product.mails_to("canary@example.test")

    await until(canary)
    assert product.mails_to("cleo@example.test") == []
    assert product.mails_to("dora@example.test") == []


async def test_a_second_delivery_of_everything_changes_nothing(
    product: Product, campaign: dict[str, Any], until: Until
) -> None:
    """Publishes every record of every topic again, at new offsets: catches any consumer without an inbox."""
    await consent(product, "eve")
    await buy(product, "eve", 2)

    async def arrived() -> Any:
        return product.mails_to("eve@example.test")

    await until(arrived)
    await asyncio.sleep(1)
    before = await snapshot(product)
    await publish_again(product)
    await consent(product, "canary-2")
    await buy(product, "canary-2", 2)

    async def canary() -> Any:
        return product.mails_to("canary-2@example.test")

    await until(canary)
    assert len(product.mails_to("eve@example.test")) == 1
    after = await snapshot(product)
    # Poison that other tests left on the topics is poison again, at its new offset.
    assert after["dead"] == 2 * before["dead"]
    assert after["mails"] == before["mails"] + 1
    assert after["purchases"] == before["purchases"] + 2


async def snapshot(product: Product) -> dict[str, Any]:
    stats = await product.done("GET", "interactions", "/stats", "operator")
    dead = 0
    for service in ("customers", "interactions", "analytics", "campaigns", "privacy"):
        letters = await product.done("GET", service, "/dead-letters", "operator")
        # Half a purchase, which another journey sends, has no id by which it could be known again: each is put away.
        dead += sum(one["reason"] != "missing-field" for one in letters["items"])
    return {
        "purchases": sum(one["interactions"] for one in stats["counts"] if one["kind"] == "purchase"),
        "mails": len(list(product.mailbox.rows())),
        "dead": dead,
    }


async def publish_again(product: Product) -> None:
    prefix = product.installation.plan.topic_prefix
    names = [prefix + name for name in TOPICS]
    servers = product.installation.dsns.kafka
    consumer = AIOKafkaConsumer(*names, bootstrap_servers=servers, auto_offset_reset="earliest", group_id=None)
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await consumer.start()
    await producer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        read: list[Any] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                read += [one for one in records if one.offset < ends[TopicPartition(one.topic, one.partition)]]
        for one in read:
            await producer.send_and_wait(one.topic, one.value, key=one.key, headers=list(one.headers))
    finally:
        await producer.stop()
        await consumer.stop()
