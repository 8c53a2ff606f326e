"""Several workers at once: a message twice, a new month twice, an erasure amid recording."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import orjson

from shared.contracts.interactions import PurchaseRecorded
from shared.contracts.privacy import ErasureRequested
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record
from tests.component.interactions.builders import Body, a_purchase
from tests.component.interactions.conftest import Road, heard


def _records(bodies: list[Body], partition: int) -> list[Record]:
    return [
        Record("interactions-inbound", partition, number, None, orjson.dumps({"publisher": "till", "message": one}), [])
        for number, one in enumerate(bodies)
    ]


async def test_two_workers_with_the_same_messages_record_each_once(road: Road) -> None:
    """Would catch a guard that looks before it writes; the second worker gets them in another order."""
    customer = uuid4()
    bodies = [a_purchase(customer={"customer_id": str(customer)}) for _ in range(200)]
    await asyncio.gather(
        BatchProcessor(road.database, road.inbound).process(_records(bodies, 101)),
        BatchProcessor(road.database, road.inbound).process(_records(bodies[::-1], 102)),
    )
    assert await road.value("select count(*) from interactions where customer_id = :id", id=customer) == 200
    said = await road.said(customer, PurchaseRecorded)
    assert len(said) == 200
    assert [one.version for one in said] == list(range(1, 201))


async def test_two_workers_that_need_the_same_new_months_both_get_on(road: Road) -> None:
    """Would catch the second one failing because the first has just made the month."""
    customer = uuid4()

    async def record(bodies: list[Body]) -> None:
        # Without the processor, which would try again one by one and hide the failure.
        heard_messages = [road.inbound.read(one) for one in _records(bodies, 103)]
        async with road.database.transaction() as tx:
            await road.inbound.handle(tx, heard_messages)

    def year(number: int) -> list[Body]:
        who = {"customer_id": str(customer)}
        return [a_purchase(customer=who, time=f"20{number:02}-{month:02}-15T12:00:00Z") for month in range(1, 13)]

    for number in range(1, 13):
        await asyncio.gather(*(record(year(number)) for _ in range(3)))
    assert await road.value("select count(*) from interactions where customer_id = :id", id=customer) == 12 * 12 * 3


async def test_an_erasure_amid_recording_misses_nothing(road: Road) -> None:
    """Would catch rows that a batch commits just after the erasure has looked."""
    for attempt in range(10):
        customer = uuid4()
        bodies = [a_purchase(customer={"customer_id": str(customer)}) for _ in range(60)]
        workers = [
            BatchProcessor(road.database, road.inbound).process(_records(bodies[start::3], 110 + 3 * attempt + start))
            for start in range(3)
        ]
        erasure = road.hear(heard(ErasureRequested(request_id=uuid4(), aliases=[]), customer))
        await asyncio.gather(*workers, erasure)
        assert await road.value("select count(*) from interactions where customer_id = :id", id=customer) == 0
