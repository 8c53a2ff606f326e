"""The services' HTTP doors, opened with a role's key; an unexpected answer ends the demonstration with its text."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from deploy.demo.places import Places
from shared.clock import MACHINE

_TRIES = 8
_PAUSE_S = 0.5


class Unexpected(RuntimeError):
    """A service answered what it should not have."""


class Doors:
    """One HTTP client for all roles; use it as a context."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._client = httpx.AsyncClient(
            timeout=30, limits=httpx.Limits(max_connections=40, max_keepalive_connections=20), follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def call(self, method: str, service: str, path: str, role: str, **more: Any) -> Any:
        """The JSON of a 2xx answer. Transient errors (no answer, 429, 503) are waited out; others raise Unexpected."""
        answer = await self.ask(method, service, path, role, **more)
        if not answer.is_success:
            raise Unexpected(f"{method} {service}{path} answered {answer.status_code}: {answer.text[:1000]}")
        return answer.json() if answer.content else None

    async def ask(self, method: str, service: str, path: str, role: str, **more: Any) -> httpx.Response:
        """The answer, whatever its status; transient errors are waited out for a while."""
        headers = {"Authorization": f"Bearer {self._places.keys[role]}", **more.pop("headers", {})}
        return await self.fetch(method, f"{self._places.urls[service]}{path}", headers=headers, **more)

    async def fetch(self, method: str, url: str, **more: Any) -> httpx.Response:
        """Any address, such as one found in a mail."""
        for number in range(_TRIES):
            last = number == _TRIES - 1
            try:
                answer = await self._client.request(method, url, **more)
                if last or answer.status_code not in (429, 503):
                    return answer
            except httpx.TransportError as error:
                if last:
                    raise Unexpected(f"{method} {url.split('?')[0][:80]}: {type(error).__name__}") from error
            await MACHINE.sleep(_PAUSE_S * 2**number)
        raise AssertionError("unreachable")
