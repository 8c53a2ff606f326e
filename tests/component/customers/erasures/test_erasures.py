"""Erasure: nothing is left, nothing comes back, who returns is somebody new."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from services.customers.identifiers.domain import read_identifier as read_name
from shared.contracts.customers import CustomersErasureDone, IdentifierRetired
from shared.contracts.privacy import ErasureRequested
from shared.events.dead_letter_writer import write_dead_letter
from tests.component.customers.builders import (
    a_customer,
    an_email,
    created,
    derived,
    merged,
    observed,
    read,
)
from tests.component.customers.conftest import World


async def test_nothing_of_an_erased_person_is_left_in_any_table(api: httpx.AsyncClient, world: World) -> None:
    mark = uuid4().hex
    email = {"kind": "email", "value": f"{mark}@example.test"}
    key = {"Idempotency-Key": uuid4().hex}
    answer = await api.post(
        "/customers", json=a_customer(identifiers=[email], attributes={"given_name": mark}), headers=key
    )
    customer = answer.json()
    other = await created(api, attributes={"family_name": mark})
    await merged(api, customer, other)
    card = {"kind": "card", "value": uuid4().hex}
    await world.deliver(world.event(observed(card, email), derived(world.settings, card)))
    letter = world.record(world.event(observed(email), UUID(customer["customer_id"])))
    async with world.database.transaction() as tx:
        await write_dead_letter(tx, "planted", letter, ValueError("planted"), 3)

    request = await _erase(world, customer["customer_id"])

    (done,) = await world.emitted(customer["customer_id"], CustomersErasureDone)
    assert done.data.request_id == request
    assert set(done.data.remaining.values()) == {0}
    assert {
        name: done.data.stores[name]
        for name in ("customers", "identifiers", "identifier_owners", "merges", "link_candidates", "dead_letters")
    } == {
        "customers": 2,
        "identifiers": 2,
        "identifier_owners": 2,
        "merges": 1,
        "link_candidates": 1,
        "dead_letters": 1,
    }
    assert done.data.stores["idempotency"] >= 1
    assert await _tables_with(world, mark) == []
    for erased in (customer, other):
        assert (await api.get(f"/customers/{erased['customer_id']}")).status_code == 410
        change = await api.patch(f"/customers/{erased['customer_id']}", json={}, headers={"If-Match": "*"})
        assert change.status_code == 410
    # The record of the candidate's other customer stays, only the candidate is gone.
    assert (await read(api, derived(world.settings, card)))["identifiers"][0]["value"] == card["value"]


async def test_an_erased_id_does_not_come_back_and_its_email_is_somebody_new(
    api: httpx.AsyncClient, world: World
) -> None:
    email = an_email()
    body = await created(api, identifiers=[email])
    customer = UUID(body["customer_id"])
    await _erase(world, customer)
    (retired,) = await world.emitted(customer, IdentifierRetired)
    assert retired.data.generation == 1
    world.clock.advance(hours=1)
    await world.deliver(world.event(observed(email), customer))
    assert (await api.get(f"/customers/{customer}")).status_code == 410
    assert (await api.post("/customers", json=a_customer(customer_id=str(customer)))).status_code == 410
    back = await created(api, identifiers=[email])
    assert back["customer_id"] == str(derived(world.settings, email, generation=1))


async def test_a_phone_that_somebody_else_has_too_is_not_retired(api: httpx.AsyncClient, world: World) -> None:
    # Suppressing the hash of a household's phone would silence those who asked for nothing.
    alone, shared = ({"kind": "phone", "value": f"+44{uuid4().int % 10**10:010}"} for _ in range(2))
    customer = (await created(api, identifiers=[alone, shared]))["customer_id"]
    await created(api, identifiers=[shared])
    await _erase(world, customer)
    retired = await world.emitted(customer, IdentifierRetired)
    expected = read_name(world.settings.key, "phone", alone["value"]).fingerprint
    assert [event.data.fingerprint for event in retired] == [expected]


async def test_somebody_unknown_is_erased_with_a_receipt_and_stays_unknown(
    api: httpx.AsyncClient, world: World
) -> None:
    email = an_email()
    customer = derived(world.settings, email)
    await _erase(world, customer)
    (done,) = await world.emitted(customer, CustomersErasureDone)
    assert set(done.data.stores.values()) == {0}
    await world.deliver(world.event(observed(email), customer))
    assert await world.profiles(customer) == []


async def test_a_person_is_not_opened_behind_an_erasure_that_runs_at_the_same_time(
    api: httpx.AsyncClient, world: World
) -> None:
    # A handler that looked for the tombstone only before it opened the customer would leave a row.
    for _ in range(10):
        email = an_email()
        customer = derived(world.settings, email)
        await asyncio.gather(
            world.deliver(world.event(observed(email, traits={"city": "Bath"}), customer)), _erase(world, customer)
        )
        assert (await api.get(f"/customers/{customer}")).status_code == 410
        assert await world.value("select count(*) from identifiers where customer_id = :id", id=customer) == 0


async def test_an_identifier_that_contains_anothers_is_left_alone(api: httpx.AsyncClient, world: World) -> None:
    short = {"kind": "external_id", "value": f"h-{uuid4().hex}", "source": "web"}
    longer = short | {"value": short["value"] + "0"}
    customer = await created(api, identifiers=[short])
    letter = world.record(world.event(observed(longer), uuid4()))
    async with world.database.transaction() as tx:
        await write_dead_letter(tx, "planted", letter, ValueError("planted"), 3)
    await _erase(world, customer["customer_id"])
    (done,) = await world.emitted(customer["customer_id"], CustomersErasureDone)
    assert done.data.stores["dead_letters"] == 0


async def _erase(world: World, customer_id: UUID | str) -> UUID:
    request = uuid4()
    subject = UUID(str(customer_id))
    await world.deliver(world.event(ErasureRequested(request_id=request, aliases=[]), subject))
    return request


async def _tables_with(world: World, mark: str) -> list[str]:
    connection: Any = await asyncpg.connect(world.settings.database_url)
    try:
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        found = []
        for (table,) in tables:
            raw = mark.encode().hex()
            if await connection.fetchval(
                f'select count(*) from "{table}" as t where t::text like $1 or t::text like $2', f"%{mark}%", f"%{raw}%"
            ):
                found.append(str(table))
        return found
    finally:
        await connection.close()
