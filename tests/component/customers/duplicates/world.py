"""People who may be one, and what the worker finds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx

from services.customers.duplicates import jobs
from tests.component.customers.builders import Body, an_email, created
from tests.component.customers.conftest import World


def a_word() -> str:
    """A word that is in no other name."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex[:10])


def a_person(**values: Any) -> Body:
    """The attributes of somebody whose name and address nobody else has."""
    return {
        "given_name": "Johanna",
        "family_name": a_word().title(),
        "birth_date": "1980-05-17",
        "address_lines": [f"Lindenstraße {uuid4().int % 90_000}"],
        "postal_code": f"{uuid4().int % 90_000 + 10_000}",
        "city": a_word().title(),
        **values,
    }


async def two_alike(api: httpx.AsyncClient, **values: Any) -> tuple[Body, Body]:
    """Somebody, and the same person entered again with other values."""
    person = a_person()
    first = await created(api, attributes=person)
    return first, await created(api, attributes={**person, **values})


async def compared(world: World, **settings: Any) -> None:
    """The worker's jobs have compared whoever was written."""
    changed = world.settings.model_copy(update=settings)
    context: Any = SimpleNamespace(settings=changed, database=world.database)
    for job in jobs.JOBS:
        await job.run(context)


async def pairs_of(api: httpx.AsyncClient, customer: Body, **query: Any) -> list[Body]:
    """The pairs in which somebody stands."""
    params = {"customer_id": customer["customer_id"], **query}
    answer = await api.get("/duplicates", params=params)
    assert answer.status_code == 200, answer.text
    items: list[Body] = answer.json()["items"]
    return items


async def the_pair(api: httpx.AsyncClient, world: World, **values: Any) -> Body:
    """A pair that waits for a decision."""
    first, _ = await two_alike(api, **{"given_name": "Johana", **values})
    await compared(world)
    (pair,) = await pairs_of(api, first)
    return pair


def an_account(source: str) -> list[Body]:
    """Identifiers of an account of a storefront."""
    return [an_email(), {"kind": "external_id", "value": uuid4().hex, "source": source}]


async def traces_of(world: World, customer: Body) -> dict[str, int]:
    """Rows that still bear the customer's id, by table."""
    counts = {}
    for table in ("duplicate_likenesses", "duplicate_keys", "duplicate_marks", "duplicates"):
        count = f"select count(*) from {table} where customer_id = cast(:id as uuid)"
        counts[table] = await world.value(count, id=customer["customer_id"])
    return {table: count for table, count in counts.items() if count}
