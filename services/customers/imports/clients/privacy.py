"""Tell privacy what files say of consent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import orjson

from services.customers.config import Settings
from shared.web.service_client import service_client


class NoAnswer(Exception):
    """Privacy did not answer, or answered that it cannot. Asking again later is safe: each statement has its id."""


class PrivacyClient:
    """HTTP to privacy, for one run of the job."""

    def __init__(self, settings: Settings) -> None:
        self._client = service_client(settings, "privacy", settings.privacy_url or "")

    async def __aenter__(self) -> PrivacyClient:
        """Nothing connects before the first call."""
        return self

    async def __aexit__(self, *raised: object) -> None:
        """Give connections back."""
        await self._client.aclose()

    async def record(self, import_id: UUID, statements: Sequence[dict[str, Any]]) -> list[str | None]:
        """Each statement stands in the ledger (None), or why it does not. Raises NoAnswer."""
        body = {"import_id": str(import_id), "items": list(statements)}
        answered = await self._post("/imported-consents/batch", body)
        return [None if item["recorded"] else item["refused"] for item in answered["items"]]

    async def annul(self, statements: Sequence[tuple[UUID, UUID]]) -> None:
        """These grants (consent_id, customer) count no longer. Raises NoAnswer."""
        items = [{"consent_id": str(consent), "customer_id": str(customer)} for consent, customer in statements]
        await self._post("/imported-consents/annulments", {"items": items})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            content = orjson.dumps(body)
            answer = await self._client.post(path, content=content, headers={"Content-Type": "application/json"})
        except httpx.TransportError as error:
            raise NoAnswer(type(error).__name__) from error
        if not answer.is_success:
            raise NoAnswer(f"{path} answered {answer.status_code}")
        read: dict[str, Any] = answer.json()
        return read
