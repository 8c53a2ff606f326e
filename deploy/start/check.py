"""A self-check of a fresh installation: somebody signs up, agrees, buys, and is found again, all of it today."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from deploy.local.installation import Installation
from shared.clock import MACHINE, SystemClock

_PATIENCE_S = 30.0
_WHO = {"external_id": {"source": "shop", "id": "first"}}
_EMAIL = "first@example.test"
_AMOUNT = 1250


class CheckFailed(RuntimeError):
    """The installation runs and does not do what it should; the text says what was seen."""


async def check(installation: Installation, pages: list[str]) -> list[str]:
    """What was tried, a line each. Raises CheckFailed. The installation must be empty; it is not afterwards."""
    async with httpx.AsyncClient(timeout=20) as http:
        return await _Check(installation, http).run(pages)


class _Check:
    def __init__(self, installation: Installation, http: httpx.AsyncClient) -> None:
        self._installation = installation
        self._http = http
        self._began = SystemClock().now()

    async def run(self, pages: list[str]) -> list[str]:
        for page in pages:
            if not (answer := await self._http.get(page)).is_success:
                raise CheckFailed(f"{page} answered {answer.status_code}")
        if recorded := (await self._ask("GET", "interactions", "/stats", "operator"))["interactions"]:
            raise CheckFailed(f"a new installation holds {recorded} interactions")
        await self._sign_up()
        await self._buy()
        customer = await self._found()
        await self._read_back(customer)
        return [
            f"{len(pages)} pages answer, nothing was recorded before",
            "a sign-up with consent and a purchase were taken",
            f"customer {customer} is found by the address, with both, dated today",
        ]

    async def _sign_up(self) -> None:
        await self._event("contact", "first-sign-up", {"channel": "web", "direction": "in", "topic": "sign-up"})
        consent = {
            "customer": _WHO, "purpose": "marketing", "channel": "email", "action": "granted",
            "wording": "Yes, write to me.", "wording_version": "1",
        }  # fmt: skip
        await self._ask("POST", "privacy", "/consents", "data-protection", json=consent)

    async def _buy(self) -> None:
        line = {"product_id": "apple", "quantity": 6, "amount": _AMOUNT, "category": "fruit"}
        await self._event("purchase", "first-purchase", {"channel": "web", "currency": "EUR", "lines": [line]})

    async def _found(self) -> str:
        body = {"identifier": {"kind": "email", "value": _EMAIL}}

        async def items() -> Any:
            return (await self._ask("POST", "customers", "/customers/search", "operator", json=body))["items"]

        return str((await self._until("the customer is not found by the address", items))[0]["customer_id"])

    async def _read_back(self, customer: str) -> None:
        async def both() -> Any:
            shown = await self._ask("GET", "interactions", f"/customers/{customer}/timeline", "operator")
            return shown["items"] if {item["kind"] for item in shown["items"]} >= {"contact", "purchase"} else None

        items = await self._until("the timeline shows no sign-up or no purchase", both)
        earliest = self._began - timedelta(minutes=1)
        if old := [item for item in items if datetime.fromisoformat(item["time"]) < earliest]:
            raise CheckFailed(f"something is dated before it was sent: {old}")

    async def _event(self, kind: str, message_id: str, data: dict[str, Any]) -> None:
        body = {
            "type": kind, "message_id": message_id, "time": SystemClock().now().isoformat(),
            "customer": {**_WHO, "email": _EMAIL}, "data": data,
        }  # fmt: skip
        await self._ask("POST", "interactions", "/events", "storefront", json=body)

    async def _ask(self, method: str, service: str, path: str, role: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._installation.keys[role]}"}
        answer = await self._http.request(method, self._installation.url(service) + path, headers=headers, **more)
        if not answer.is_success:
            raise CheckFailed(f"{method} {service}{path} answered {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None

    async def _until(self, complaint: str, ask: Callable[[], Awaitable[Any]]) -> Any:
        deadline = MACHINE.monotonic() + _PATIENCE_S
        while not (found := await ask()):
            if MACHINE.monotonic() > deadline:
                raise CheckFailed(f"after {_PATIENCE_S:.0f} s {complaint}")
            await asyncio.sleep(0.1)
        return found
