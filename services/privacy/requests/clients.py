"""Ask the other services what they keep about somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
import orjson

from services.privacy.config import Settings
from services.privacy.requests.domain.archive import Parts
from shared.web.service_client import service_client

# A good customer's 10,000 interactions are read and sent within a second; a busy database takes longer.
_PATIENCE_S = 60.0


class NotCollected(Exception):
    """A service did not answer; the text names it. Asking again later is safe."""


class Collector:
    """The four neighbours."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient]) -> None:
        self._clients = clients

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Clients for the addresses in the settings; nothing connects before the first call."""
        return cls({name: service_client(settings, name, url) for name, url in settings.neighbours.items()})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def collect(self, ids: Sequence[UUID]) -> dict[str, Parts]:
        """What each keeps about these ids of one person. Raises NotCollected unless all have answered."""
        names = list(self._clients)
        parts = await asyncio.gather(*(self._ask(name, ids) for name in names))
        return dict(zip(names, parts, strict=True))

    async def _ask(self, name: str, ids: Sequence[UUID]) -> Parts:
        body = orjson.dumps({"customer_ids": [str(customer_id) for customer_id in ids]})
        try:
            answer = await self._clients[name].post(
                "/subject-data", content=body, headers={"Content-Type": "application/json"}, timeout=_PATIENCE_S
            )
            answer.raise_for_status()
            told: dict[str, Any] = orjson.loads(answer.content)
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            raise NotCollected(f"{name}: {type(error).__name__}") from error
        parts: Parts = told["parts"]
        return parts
