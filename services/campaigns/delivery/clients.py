"""HTTP clients of the two services that sending asks: customers for contact cards, privacy for permits."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import orjson

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.content.domain.names import TemplateField
from shared.web.service_client import service_client


class NoAnswer(Exception):
    """A service did not answer, or answered that it cannot. Asking again later is safe."""


@dataclass(frozen=True, slots=True)
class Question:
    """May this message go to this address now?"""

    message_id: UUID
    customer_id: UUID
    purpose: str
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Permission:
    """Privacy's answer: a permit's id, or the reason why not."""

    message_id: UUID
    permit_id: UUID | None
    reason: str | None


class ServiceClients:
    """HTTP to customers and privacy, each behind its own circuit breaker."""

    def __init__(self, customers: httpx.AsyncClient, privacy: httpx.AsyncClient, pages: str = "") -> None:
        self._customers = customers
        self._privacy = privacy
        self._pages = pages
        self._fields: list[TemplateField] = []

    @classmethod
    def open(cls, settings: Settings) -> ServiceClients:
        """Clients for the addresses in the settings; nothing connects before the first call."""
        return cls(
            service_client(settings, "customers", settings.customers_url),
            service_client(settings, "privacy", settings.privacy_url),
            settings.privacy_public_url,
        )

    async def close(self) -> None:
        """Give connections back."""
        await self._customers.aclose()
        await self._privacy.aclose()

    async def cards(self, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
        """The contact cards of those customers that exist, by the id asked for. Raises NoAnswer.

        Ids that customers does not know may be sign-ups whose address has to confirm: these are privacy's.
        """
        asked = sorted(set(customer_ids))
        answer = await _post(self._customers, "/cards", {"customer_ids": [str(customer_id) for customer_id in asked]})
        cards = {UUID(card["customer_id"]): _card(card) for card in answer["cards"] if card["found"]}
        unknown = [customer_id for customer_id in asked if customer_id not in cards]
        return {**cards, **(await self._signups(unknown) if unknown else {})}

    async def _signups(self, ids: Sequence[UUID]) -> dict[UUID, Card]:
        """The cards of sign-ups that wait. Without an answer their mails are tried again, and hold up no others."""
        try:
            answer = await _post(self._privacy, "/signups/cards", {"signup_ids": [str(signup_id) for signup_id in ids]})
        except NoAnswer:
            return {}
        return {UUID(found["signup_id"]): self._signup_card(found) for found in answer["items"]}

    def _signup_card(self, found: dict[str, Any]) -> Card:
        fields = {"confirm_url": f"{self._pages}/confirm/{found['token']}", "language": found["language"]}
        return Card(UUID(found["signup_id"]), found["email"], None, fields)

    async def card_fields(self) -> list[TemplateField]:
        """The attributes that cards may hold, as templates name them; those of the last answer when there is none now.
        Raises NoAnswer when there never was one."""
        try:
            answer = await _answer(self._customers.get("/cards/fields"), "/cards/fields")
        except NoAnswer:
            if not self._fields:
                raise
        else:
            self._fields = [
                TemplateField(f"customer.{field['name']}", field["type"], field["label"]) for field in answer["fields"]
            ]
        return self._fields

    async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
        """The answer to each question, by message. Raises NoAnswer."""
        requests = [
            {
                "message_id": str(question.message_id),
                "customer_id": str(question.customer_id),
                "purpose": question.purpose,
                "channel": question.channel,
                "address": question.address,
            }
            for question in questions
        ]
        answer = await _post(self._privacy, "/permits", {"requests": requests})
        return {UUID(result["message_id"]): _permission(result) for result in answer["results"]}


async def _post(client: httpx.AsyncClient, path: str, body: object) -> dict[str, list[dict[str, Any]]]:
    headers = {"Content-Type": "application/json"}
    return await _answer(client.post(path, content=orjson.dumps(body), headers=headers), path)


async def _answer(asking: Awaitable[httpx.Response], path: str) -> dict[str, list[dict[str, Any]]]:
    try:
        response = await asking
        response.raise_for_status()
        answer: dict[str, list[dict[str, Any]]] = orjson.loads(response.content)
        return answer
    except (httpx.HTTPError, orjson.JSONDecodeError) as error:
        raise NoAnswer(f"{path}: {_what(error)}") from error


def _what(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return str(error.response.status_code)
    return type(error).__name__


def _card(card: dict[str, Any]) -> Card:
    """Templates see the name, language, status and every defined attribute; never the address."""
    fields = {**card["attributes"], "name": card["name"], "language": card["language"], "status": card["status"]}
    return Card(UUID(card["customer_id"]), card["email"], card["time_zone"], fields)


def _permission(result: dict[str, Any]) -> Permission:
    permit_id = UUID(result["permit_id"]) if result["granted"] else None
    return Permission(UUID(result["message_id"]), permit_id, result["reason"])
