"""The doors of a running installation as the crash tests use them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.installation import Installation
from shared.clock import MACHINE

FANS: dict[str, Any] = {"event": "purchase", "agg": "count", "window": {"last": "P1D"}, "op": "gte", "value": 2}
PURPOSE, CHANNEL = "marketing", "email"
# The edited segment asks for so many purchases at last; two mails to one customer are so far apart.
EDITED_LEAST, CAP_S = 1, 60.0
_PATIENCE_S = 240
_AWAY_S = 60.0
_TEXT = "Thank you.\nhttps://shop.example.test/offer\n{{ unsubscribe_url }}"


class Doors:
    """HTTP with the key of a role. Use as a context."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.http = httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_keepalive_connections=20))

    async def call(self, method: str, service: str, path: str, role: str, **more: Any) -> httpx.Response:
        """One request."""
        headers = {"Authorization": f"Bearer {self.installation.keys[role]}", **more.pop("headers", {})}
        return await self.http.request(method, self.installation.url(service) + path, headers=headers, **more)

    async def done(self, method: str, service: str, path: str, role: str, **more: Any) -> Any:
        """The JSON of an answer that must be a success. Who reads waits for a process that has just been killed."""
        answer = await self.call(method, service, path, role, **more)
        deadline = MACHINE.monotonic() + _AWAY_S
        while method == "GET" and answer.status_code == 503 and MACHINE.monotonic() < deadline:
            await asyncio.sleep(1)
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


@dataclass(frozen=True)
class Marketed:
    """What marketing has made: two segments, of which one is edited under load, a campaign and a one-off."""

    segment: str
    campaign: str
    edited: str
    one_off: str


async def open_campaign(doors: Doors) -> Marketed:
    """Two purchases within a day make a fan; each fan is welcomed once. The one-off is made and waits to be started."""
    segment = await _segment(doors, "Fans", FANS)
    edited = await _segment(doors, "Buyers", {**FANS, "value": 3})
    made = await _campaign(doors, "Welcome", {"kind": "segment_entered", "segment_id": segment})
    # What the cap holds up for a minute would otherwise wait for days.
    one_off = await _campaign(doors, "Sale", {"kind": "one_off", "segment_id": segment}, expires_after="PT1M")
    cap = {"limit": 1, "window": f"PT{CAP_S:.0f}S"}
    await doors.done("PUT", "campaigns", "/policies", "marketing", json={"caps": [cap]})
    await _start(doors, made)
    return Marketed(segment, made, edited, one_off)


async def edit_segment(doors: Doors, marketed: Marketed) -> None:
    """Under load: from now on so many purchases are enough."""
    definition = {**FANS, "value": EDITED_LEAST}

    async def changed() -> bool:
        path = f"/segments/{marketed.edited}"
        with suppress(httpx.HTTPError):
            answer = await doors.call("PATCH", "analytics", path, "marketing", json={"definition": definition})
            return answer.is_success
        return False

    await until(changed, _PATIENCE_S, "the segment is edited")


async def start_one_off(doors: Doors, marketed: Marketed) -> None:
    """Whoever is a fan now is written to once."""
    await _start(doors, marketed.one_off)


async def resume_paused(doors: Doors, marketed: Marketed) -> int:
    """What an operator does about the alarm that senders died on a campaign: looks, and lets it go on. How many."""
    resumed = 0
    for campaign in (marketed.campaign, marketed.one_off):
        with suppress(httpx.HTTPError):
            shown = await doors.call("GET", "campaigns", f"/campaigns/{campaign}", "marketing")
            if shown.is_success and (shown.json()["state"], shown.json()["state_reason"]) == ("paused", "senders-died"):
                answer = await doors.call("POST", "campaigns", f"/campaigns/{campaign}/resume", "marketing")
                resumed += answer.is_success
    return resumed


async def _segment(doors: Doors, name: str, definition: dict[str, Any]) -> str:
    made = await doors.done(
        "POST", "analytics", "/segments", "marketing", json={"name": name, "definition": definition}
    )

    async def live() -> bool:
        with suppress(httpx.HTTPError):
            answer = await doors.call("GET", "analytics", f"/segments/{made['id']}", "marketing")
            return answer.is_success and bool(answer.json()["state"] == "live")
        return False

    await until(live, _PATIENCE_S, f"the segment {name} is live")
    return str(made["id"])


async def _campaign(doors: Doors, name: str, trigger: dict[str, Any], **more: Any) -> str:
    content = {"subject": name, "text": _TEXT}
    body = {"name": name, "purpose": PURPOSE, "content": content, "trigger": trigger, **more}
    return str((await doors.done("POST", "campaigns", "/campaigns", "marketing", json=body))["id"])


async def _start(doors: Doors, campaign: str) -> None:
    async def started() -> bool:
        with suppress(httpx.HTTPError):
            answer = await doors.call("POST", "campaigns", f"/campaigns/{campaign}/start", "marketing")
            # Campaigns hears of the segment a moment later; and what was started is not started again.
            again = answer.status_code == 409 and "segment-not-ready" not in answer.text
            return answer.is_success or again
        return False

    await until(started, _PATIENCE_S, "the campaign is started")
