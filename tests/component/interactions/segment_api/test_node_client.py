"""The official Node client, unmodified, against the app and the broker: every call is recorded once."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from console.build import install_packages, node
from shared.contracts.interactions import BrowsingRecorded, IdentityObserved, PurchaseRecorded, ReturnRecorded
from tests.component.interactions.conftest import WRITER, DrivenWorker
from tests.component.interactions.segment_api.conftest import Line
from tests.component.interactions.segment_api.test_client import customer, visitor_of

_FOLDER = Path(__file__).parent / "node"
_PRODUCTS = [{"product_id": "pear", "price": 10, "quantity": 2}]
# The packages come from a registry, and Node starts on a busy machine.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def client() -> Path:
    """The client as it is published, at the version of the lock."""
    install_packages(_FOLDER, _FOLDER / "node_modules/.installed")
    return _FOLDER / "send.mjs"


async def send(client: Path, port: int, calls: list[dict[str, Any]]) -> list[str]:
    """What the client could not deliver."""
    words = [str(node()), str(client), f"http://127.0.0.1:{port}", WRITER, json.dumps(calls)]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, capture_output=True, text=True, timeout=200)

    done = await asyncio.to_thread(run)
    assert done.returncode == 0, done.stderr
    failures: list[str] = json.loads(done.stdout.splitlines()[-1])
    return failures


def a_call(method: str, **args: Any) -> dict[str, Any]:
    """One call of the client."""
    return {"method": method, "args": args}


async def test_every_call_comes_through(client: Path, server: int, worker: DrivenWorker) -> None:
    """Would catch a call whose shape only the Python client's test knows, and a visitor whose steps are lost."""
    user, visitor, email = uuid4().hex, uuid4().hex, f"{uuid4().hex}@example.test"
    order = {"order_id": "N-1", "revenue": 20, "currency": "USD", "products": _PRODUCTS}
    calls = [
        a_call("page", anonymousId=visitor, name="Home", properties={"path": "/"}),
        a_call("track", anonymousId=visitor, event="Product Added", properties=_PRODUCTS[0]),
        a_call("identify", userId=user, anonymousId=visitor, traits={"email": email, "firstName": "Ada"}),
        a_call("track", userId=user, event="Order Completed", properties=order),
        a_call("track", userId=user, event="Order Refunded", properties={**order, "revenue": 5}),
        a_call("screen", userId=user, name="Basket"),
        a_call("track", userId=user, event="Course Booked", properties={"level": "beginner"}),
        a_call("group", userId=user, groupId="acme", traits={"name": "Acme"}),
        a_call("alias", userId=user, previousId=visitor),
    ]
    assert await send(client, server, calls) == []
    await worker.drain()
    known = customer(worker, user)
    assert await worker.count(known) == 7
    assert await worker.count(visitor_of(worker, visitor)) == 0
    (bought,) = await worker.emitted(known, PurchaseRecorded)
    (returned,) = await worker.emitted(known, ReturnRecorded)
    assert (bought.data.amount, returned.data.amount, bought.data.order_id) == (2000, 500, "N-1")
    assert {event.data.action for event in await worker.emitted(known, BrowsingRecorded)} == {
        "page_viewed",
        "added_to_cart",
        "screen_viewed",
    }
    told = await worker.emitted(known, IdentityObserved)
    assert told[0].data.traits == {"firstName": "Ada"}


async def test_a_batch_whose_answer_was_lost_is_recorded_once(client: Path, line: Line, worker: DrivenWorker) -> None:
    """Would catch a retry after a killed connection that doubles what was recorded before."""
    user = uuid4().hex
    calls = [
        a_call("track", userId=user, event="Order Completed", properties={"order_id": f"M-{n}", "revenue": 1 + n})
        for n in range(20)
    ]
    assert await send(client, line.port, calls) == []
    assert line.losses == 0
    assert line.requests > 1, "the client sent nothing again"
    assert await worker.drain() > 20
    orders = [bought.data.order_id for bought in await worker.emitted(customer(worker, user), PurchaseRecorded)]
    assert sorted(orders) == sorted(f"M-{n}" for n in range(20))
