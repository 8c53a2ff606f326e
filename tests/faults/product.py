"""The doors of a running installation as the crash tests use them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from deploy.local.installation import Installation
from shared.clock import MACHINE

FANS: dict[str, Any] = {"event": "purchase", "agg": "count", "window": {"last": "P1D"}, "op": "gte", "value": 2}
PURPOSE, CHANNEL = "marketing", "email"
_TEXT = "Thank you.\nhttps://shop.example.test/offer\n{{ unsubscribe_url }}"


class Doors:
    """HTTP with the key of a role. Use as a context."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.http = httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_keepalive_connections=20))

    async def call(self, method: str, service: str, path: str, role: str, **more: Any) -> httpx.Response:
        """One request."""
        headers = {"Authorization": f"Bearer {self.installation.keys[role]}", **more.pop("headers", {})}
        return await self.http.request(method, self.installation.url(service) + path, headers=headers, **more)

    async def done(self, method: str, service: str, path: str, role: str, **more: Any) -> Any:
        """The JSON of an answer that must be a success."""
        answer = await self.call(method, service, path, role, **more)
        assert answer.is_success, f"{method} {service}{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    async def __aenter__(self) -> Doors:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()


async def until(ask: Callable[[], Awaitable[Any]], limit_s: float, what: str) -> Any:
    """Ask until the answer is true, then return it. Raises TimeoutError that names `what`."""
    deadline = MACHINE.monotonic() + limit_s
    while not (answer := await ask()):
        if MACHINE.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {limit_s:.0f} s")
        await asyncio.sleep(0.1)
    return answer


async def open_campaign(doors: Doors) -> dict[str, str]:
    """Two purchases within a day make a fan; each fan is welcomed once. Returns the ids."""
    segment = await doors.done("POST", "analytics", "/segments", "marketing", json={"name": "Fans", "definition": FANS})

    async def live() -> bool:
        shown = await doors.done("GET", "analytics", f"/segments/{segment['id']}", "marketing")
        return bool(shown["state"] == "live")

    await until(live, 60, "the segment is live")
    made = await doors.done(
        "POST", "campaigns", "/campaigns", "marketing",
        json={"name": "Welcome", "purpose": PURPOSE, "content": {"subject": "Welcome", "text": _TEXT},
              "trigger": {"kind": "segment_entered", "segment_id": segment["id"]}},
    )  # fmt: skip

    async def started() -> bool:
        answer = await doors.call("POST", "campaigns", f"/campaigns/{made['id']}/start", "marketing")
        # Campaigns hears of the segment a moment later.
        assert answer.is_success or "segment-not-ready" in answer.text, answer.text
        return answer.is_success

    await until(started, 60, "the campaign is started")
    return {"segment": segment["id"], "campaign": made["id"]}
