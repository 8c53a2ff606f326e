"""Erasures: every store, whatever comes afterwards, and what is recorded meanwhile."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import asyncpg
import orjson

from shared.contracts.interactions import (
    InteractionsErasureDone,
    PurchaseRecorded,
    ResponseRecorded,
)
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.events.processor import BatchProcessor
from tests.component.interactions.builders import (
    a_contact,
    a_line,
    a_purchase,
    a_response,
    a_settled_message,
    an_email,
    an_event,
    kafka_records,
)
from tests.component.interactions.conftest import DrivenWorker


async def _planted(worker: DrivenWorker, email: str, alias: UUID) -> UUID:
    """A person with something in every store, under two ids, marked so that what is left over can be found."""
    who = {"email": email}
    await worker.send_message(
        a_purchase(customer=who, data={"order_id": email, "lines": [a_line(amount=777)]}, traits={"name": email})
    )
    await worker.send_message(a_contact(customer=who, data={"note": email}))
    await worker.send_message(a_response(customer={"customer_id": str(alias)}, data={"link": email}))
    await worker.send(
        orjson.dumps({"publisher": "till", "message": a_purchase(customer=who, data={"currency": "XQZ"})})
    )
    await worker.drain()
    return worker.customer_of(email)


async def _found_anywhere(worker: DrivenWorker, marker: str) -> list[str]:
    """The tables that hold `marker` in any column, also inside bytes."""
    connection = await asyncpg.connect(worker.settings.database_url)
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        found = []
        for (table,) in tables:
            sql = f'select count(*) from "{table}" t where t::text like $1 or t::text like $2'
            if await connection.fetchval(sql, f"%{marker}%", f"%{marker.encode().hex()}%"):
                found.append(table)
        return found
    finally:
        await connection.close()


async def test_an_erasure_leaves_nothing_that_leads_back(worker: DrivenWorker) -> None:
    """Would catch a store that was forgotten (dead letters and the outbox among them), and lost amounts."""
    email, alias, request = an_email(), uuid4(), uuid4()
    customer = await _planted(worker, email, alias)
    assert await _found_anywhere(worker, email)
    money = "select sum(amount) from interactions where amount = 777"
    before = await worker.value(money)
    # What went out to the event topics ages out there within its retention; the customer's own columns must be clean.
    await worker.deliver(an_event(ErasureRequested(request_id=request, aliases=[alias]), customer))
    (done,) = await worker.emitted(customer, InteractionsErasureDone)
    assert done.data.request_id == request
    assert done.data.stores["interactions"] == 3
    assert done.data.stores["dead_letters"] == 1
    assert done.data.stores["outbox"] >= 1
    assert set(done.data.remaining.values()) == {0}
    assert [table for table in await _found_anywhere(worker, email) if not table.startswith("outbox")] == []
    for customer_id in (customer, alias):
        assert await worker.count(customer_id) == 0
    assert await worker.value(money) == before


async def test_after_an_erasure_nothing_is_recorded_and_a_repeat_reports_again(worker: DrivenWorker) -> None:
    """Would catch an import that brings an erased person back, and a redelivered message that slips past the guard."""
    email, alias = an_email(), uuid4()
    customer = await _planted(worker, email, alias)
    again = a_purchase(customer={"customer_id": str(alias)})
    request = ErasureRequested(request_id=uuid4(), aliases=[alias])
    await worker.deliver(an_event(request, customer), an_event(request, customer))
    assert len(await worker.emitted(customer, InteractionsErasureDone)) == 2
    await worker.send_message(again)
    await worker.deliver(an_event(a_settled_message(), customer))
    await worker.drain()
    for customer_id in (customer, alias):
        assert await worker.count(customer_id) == 0
    assert await worker.emitted(alias, PurchaseRecorded) == []


async def test_requests_of_one_batch_come_before_what_else_it_says(worker: DrivenWorker) -> None:
    """Would catch a batch that is handled in order of arrival, and two requests for one person that collide."""
    customer, alias, other = uuid4(), uuid4(), uuid4()
    withdrawal = ConsentChanged(
        consent_id=uuid4(), purpose="marketing", channel="email", state="denied", withdrawn_via="page"
    )
    first, second = (ErasureRequested(request_id=uuid4(), aliases=[alias]) for _ in range(2))
    await worker.deliver(
        an_event(withdrawal, customer),
        an_event(withdrawal, other),
        an_event(first, customer),
        an_event(second, customer),
        together=True,
    )
    receipts = await worker.emitted(customer)
    assert [receipt.data.request_id for receipt in receipts] == [first.request_id, second.request_id]
    assert len(await worker.emitted(other, ResponseRecorded)) == 1
    assert (
        await worker.value("select request_id from tombstones where customer_id = :id", id=alias) == second.request_id
    )


async def test_an_erasure_amid_recording_misses_nothing(worker: DrivenWorker) -> None:
    """Would catch rows that a batch commits just after the erasure has looked."""
    for attempt in range(10):
        customer = uuid4()
        bodies = [a_purchase(customer={"customer_id": str(customer)}) for _ in range(60)]
        workers = [
            BatchProcessor(worker.database, worker.inbound).process(
                kafka_records(bodies[start::3], 110 + 3 * attempt + start)
            )
            for start in range(3)
        ]
        erasure = worker.deliver(an_event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))
        await asyncio.gather(*workers, erasure)
        assert await worker.count(customer) == 0
