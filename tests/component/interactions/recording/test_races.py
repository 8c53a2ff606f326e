"""Several workers record at once: a message twice, a new month twice."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from shared.contracts.interactions import PurchaseRecorded
from shared.events.processor import BatchProcessor
from tests.component.interactions.builders import Body, a_purchase, kafka_records
from tests.component.interactions.conftest import DrivenWorker


async def test_two_workers_with_the_same_messages_record_each_once(worker: DrivenWorker) -> None:
    """Would catch a guard that looks before it writes; the second worker gets them in another order."""
    customer = uuid4()
    bodies = [a_purchase(customer={"customer_id": str(customer)}) for _ in range(200)]
    await asyncio.gather(
        BatchProcessor(worker.database, worker.inbound).process(kafka_records(bodies, 101)),
        BatchProcessor(worker.database, worker.inbound).process(kafka_records(bodies[::-1], 102)),
    )
    assert await worker.value("select count(*) from interactions where customer_id = :id", id=customer) == 200
    emitted = await worker.emitted(customer, PurchaseRecorded)
    assert len(emitted) == 200
    assert [event.version for event in emitted] == list(range(1, 201))


async def test_two_workers_that_need_the_same_new_months_both_get_on(worker: DrivenWorker) -> None:
    """Would catch the second one failing because the first has just made the month."""
    customer = uuid4()

    async def record(bodies: list[Body]) -> None:
        # Without the processor, which would try again one by one and hide the failure.
        messages = [worker.inbound.read(record) for record in kafka_records(bodies, 103)]
        async with worker.database.transaction() as tx:
            await worker.inbound.handle(tx, messages)

    def year(number: int) -> list[Body]:
        who = {"customer_id": str(customer)}
        return [a_purchase(customer=who, time=f"20{number:02}-{month:02}-15T12:00:00Z") for month in range(1, 13)]

    for number in range(1, 13):
        await asyncio.gather(*(record(year(number)) for _ in range(3)))
    assert await worker.value("select count(*) from interactions where customer_id = :id", id=customer) == 12 * 12 * 3
