"""Pass answers on: customers says who it was, interactions keeps the contact."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from services.privacy.config import Settings
from services.privacy.identity.domain import Hashing
from services.privacy.inbound.domain import Answer
from shared.web.service_client import service_client


class NotPassedOn(Exception):
    """A service did not take it; the text names it. Trying again later is safe."""


class Switchboard:
    """Customers and interactions, as far as an answer needs them."""

    def __init__(self, customers: httpx.AsyncClient, interactions: httpx.AsyncClient) -> None:
        self._customers, self._interactions = customers, interactions

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Clients for the addresses in the settings; nothing connects before the first call."""
        urls = settings.neighbours
        return cls(*(service_client(settings, name, urls[name]) for name in ("customers", "interactions")))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._customers.aclose()
        await self._interactions.aclose()

    async def pass_on(self, hashing: Hashing, answer: Answer) -> None:
        """The answer is a contact of whoever wrote it. Passed on twice it is one, by its id. Raises NotPassedOn."""
        event = {
            "type": "contact",
            "message_id": answer.contact_id,
            "time": answer.received_at.isoformat(),
            "customer": await self._who(hashing, answer),
            "data": {"channel": answer.channel, "direction": "in", "topic": "answer", "note": answer.text},
        }
        await _post("interactions", self._interactions, "/events", event)

    async def _who(self, hashing: Hashing, answer: Answer) -> dict[str, Any]:
        """An e-mail says who it is; a phone only where one customer has it. A stranger's contact waits, under a
        name that tells nobody the number, until somebody is known by it."""
        if answer.channel == "email":
            return {"email": answer.sender}
        asked = {"identifier": {"kind": "phone", "value": answer.sender}, "limit": 2}
        found = (await _post("customers", self._customers, "/customers/search", asked))["items"]
        if len(found) == 1:
            return {"customer_id": found[0]["customer_id"]}
        return {"visitor": {"source": answer.channel, "id": hashing.address(answer.channel, answer.sender).fingerprint}}


async def _post(service: str, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = await client.post(path, content=orjson.dumps(body), headers={"Content-Type": "application/json"})
        answer.raise_for_status()
        told: dict[str, Any] = orjson.loads(answer.content)
    except (httpx.HTTPError, orjson.JSONDecodeError) as error:
        raise NotPassedOn(f"{service}: {type(error).__name__}") from error
    return told
