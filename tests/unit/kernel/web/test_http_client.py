"""Calls between services: with key and trace; a neighbour that fails is left alone for a moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from shared.clock import MACHINE
from shared.observability.tracing import enter_trace, new_traceparent, trace_id
from shared.web.service_client import CircuitOpen, service_client
from tests.component.kernel.doors import DoorSettings


class Neighbour(httpx.AsyncBaseTransport):
    """Answers by `reply`; counts."""

    def __init__(self, reply: Callable[[], httpx.Response]) -> None:
        self.reply = reply
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.reply()


def away() -> httpx.Response:
    raise httpx.ConnectError("refused")


def client_of(neighbour: Neighbour) -> httpx.AsyncClient:
    settings = DoorSettings(
        database_url="postgresql://x", kafka_bootstrap="x", redis_url="redis://x", api_keys_file=Path("none")
    )
    return service_client(settings, "privacy", "http://privacy", inner=neighbour)


async def test_a_call_shows_our_key_and_goes_on_with_our_trace() -> None:
    neighbour = Neighbour(lambda: httpx.Response(200))
    own = enter_trace()
    await client_of(neighbour).get("/x")
    headers = neighbour.asked[0].headers
    assert headers["authorization"] == "Bearer local-service-key"
    assert trace_id(headers["traceparent"]) == trace_id(own)
    assert headers["traceparent"] != own


@pytest.mark.parametrize("reply", [away, lambda: httpx.Response(503)])
async def test_after_five_failures_the_neighbour_is_left_alone_then_tried_once(
    reply: Callable[[], httpx.Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(MACHINE, "monotonic", lambda: now)
    neighbour = Neighbour(reply)
    client = client_of(neighbour)

    async def call() -> str:
        try:
            return str((await client.get("/x")).status_code)
        except httpx.TransportError as error:
            return type(error).__name__

    seen = [await call() for _ in range(8)]
    assert seen[5:] == ["CircuitOpen"] * 3
    assert len(neighbour.asked) == 5
    now += 3
    assert [await call(), await call()] == [seen[0], "CircuitOpen"], "one try, then closed again for a moment"
    now += 3
    neighbour.reply = lambda: httpx.Response(200)
    assert [await call() for _ in range(3)] == ["200"] * 3


async def test_a_refusal_is_an_answer_and_opens_nothing() -> None:
    neighbour = Neighbour(lambda: httpx.Response(422))
    client = client_of(neighbour)
    assert [(await client.get("/x")).status_code for _ in range(10)] == [422] * 10
    assert issubclass(CircuitOpen, httpx.TransportError)


@pytest.mark.parametrize(
    "broken", [None, "", "00-x-y-01", f"00-{'0' * 32}-{'1' * 16}-01", f"00-{'G' * 32}-{'1' * 16}-01"]
)
def test_an_unreadable_trace_begins_a_new_one(broken: str | None) -> None:
    assert trace_id(broken) is None
    assert trace_id(new_traceparent(broken)) is not None
