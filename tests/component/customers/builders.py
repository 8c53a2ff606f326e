"""Customers and the events about them, one override at a time."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx

from services.customers.config import Settings
from shared.contracts.interactions import Identifier, IdentityObserved, Line, PurchaseRecorded
from shared.customers.identifiers import choose_identifier, customer_id_of
from shared.security.api_keys import Trust
from tests.component.customers.conftest import World

Body = dict[str, Any]


def an_email() -> Body:
    """An e-mail that nobody has yet."""
    return {"kind": "email", "value": f"{uuid4().hex}@example.test"}


def a_customer(**changes: Any) -> Body:
    """A body for POST /customers."""
    return {"kind": "person", "identifiers": [an_email()], "attributes": {"city": "Bath"}, **changes}


async def created(api: httpx.AsyncClient, **changes: Any) -> Body:
    """A customer that exists."""
    answer = await api.post("/customers", json=a_customer(**changes))
    assert answer.status_code == 201, answer.text
    body: Body = answer.json()
    return body


async def read(api: httpx.AsyncClient, customer_id: UUID | str) -> Body:
    """The customer now known under that id."""
    answer = await api.get(f"/customers/{customer_id}")
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def merged(api: httpx.AsyncClient, survivor: Body, absorbed: Body) -> Body:
    """A merge that was made."""
    ids = {"survivor": survivor["customer_id"], "absorbed": absorbed["customer_id"]}
    answer = await api.post("/merges", json=ids)
    assert answer.status_code == 201, answer.text
    body: Body = answer.json()
    return body


async def linked(world: World, survivor: Body, absorbed: Body) -> None:
    """The second customer is an alias of the first, as a merge leaves it."""
    async with world.database.transaction() as tx:
        await tx.execute(
            "update customers set current_id = :root, merged_into = :root, merged_at = :now where customer_id = :alias",
            {"root": UUID(survivor["customer_id"]), "alias": UUID(absorbed["customer_id"]), "now": tx.now},
        )


def observed(
    *identifiers: Body,
    generation: int = 0,
    traits: Body | None = None,
    publisher: str = "web",
    trust: Trust = "server",
) -> IdentityObserved:
    """What interactions emits when a publisher named somebody."""
    named = [Identifier(**identifier) for identifier in identifiers]
    return IdentityObserved(
        identifiers=named,
        derived_from=choose_identifier(named),
        generation=generation,
        traits=traits or {},
        publisher=publisher,
        trust=trust,
    )


def derived(settings: Settings, identifier: Body, generation: int = 0) -> UUID:
    """The id that this identifier derives."""
    return customer_id_of(settings.key, Identifier(**identifier), generation)


def a_purchase(**changes: Any) -> PurchaseRecorded:
    """A purchase."""
    body = {
        "interaction_id": uuid4(),
        "channel": "store",
        "currency": "USD",
        "amount": 450,
        "base_amount": 450,
        "lines": [Line(product_id="apple", quantity=1, amount=450)],
    }
    return PurchaseRecorded(**{**body, **changes})
