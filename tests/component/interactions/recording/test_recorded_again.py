"""What is recorded again, after the restore of a backup, is what other services know already."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from aiokafka import TopicPartition

from shared.contracts.interactions import ExposureRecorded, PurchaseRecorded
from shared.contracts.topics import PARTITIONS
from tests.backups import restore_backup, take_backup
from tests.component.interactions.builders import a_purchase, a_settled_message, an_email, an_event
from tests.component.interactions.conftest import DrivenWorker


async def test_messages_heard_again_after_a_restore_are_the_same_interactions(worker: DrivenWorker) -> None:
    """Catches ids that are drawn anew: every purchase since the backup would count twice elsewhere, and trigger mail a
    second time."""
    await worker.drain()
    backup = await asyncio.to_thread(take_backup, worker.settings.database_url)
    email, settled = an_email(), an_event(a_settled_message(), uuid4())
    positions = {tp: await worker.consumer.position(tp) for tp in _partitions(worker)}
    await worker.send_message(a_purchase(customer={"email": email}))
    await worker.drain()
    await worker.deliver(settled)
    customer = worker.customer_of(email)
    (bought,) = await worker.emitted(customer, PurchaseRecorded)
    (seen,) = await worker.emitted(settled.subject, ExposureRecorded)

    await restore_backup(worker.settings.database_url, backup)
    assert await worker.emitted(customer) == []
    for tp, offset in positions.items():
        worker.consumer.seek(tp, offset)
    await worker.drain()
    await worker.deliver(settled)

    (again,) = await worker.emitted(customer, PurchaseRecorded)
    assert (again.id, again.data) == (bought.id, bought.data)
    (seen_again,) = await worker.emitted(settled.subject, ExposureRecorded)
    assert (seen_again.id, seen_again.data) == (seen.id, seen.data)


def _partitions(worker: DrivenWorker) -> list[TopicPartition]:
    topic = f"{worker.settings.topic_prefix}interactions-inbound"
    return [TopicPartition(topic, number) for number in range(PARTITIONS)]
