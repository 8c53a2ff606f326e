"""The two neighbours that sending asks: customers for contact cards, privacy for permits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx

from services.campaigns.config import Settings
from services.campaigns.domain.customers import Card
from shared.http import service_client


class Away(Exception):
    """A neighbour did not answer, or said that it cannot. Asking again later is safe."""


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


class Neighbours:
    """HTTP to customers and privacy, each behind its own circuit breaker."""

    def __init__(self, customers: httpx.AsyncClient, privacy: httpx.AsyncClient) -> None:
        self._customers = customers
        self._privacy = privacy

    @classmethod
    def open(cls, settings: Settings) -> Neighbours:
        """Clients for the addresses in the settings; nothing connects before the first call."""
        return cls(
            service_client(settings, "customers", settings.customers_url),
            service_client(settings, "privacy", settings.privacy_url),
        )

    async def close(self) -> None:
        """Give connections back."""
        await self._customers.aclose()
        await self._privacy.aclose()

    async def cards(self, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
        """The contact cards of those customers that exist, by the id asked for. Raises Away."""
        body = {"customer_ids": [str(one) for one in customer_ids]}
        answer = await _post(self._customers, "/cards", body)
        return {UUID(card["asked"]): _card(card) for card in answer["cards"]}

    async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
        """The answer to each question, by message. Raises Away."""
        body = {
            "requests": [
                {
                    "message_id": str(one.message_id),
                    "customer_id": str(one.customer_id),
                    "purpose": one.purpose,
                    "channel": one.channel,
                    "address": one.address,
                }
                for one in questions
            ]
        }
        answer = await _post(self._privacy, "/permits", body)
        return {
            UUID(one["message_id"]): Permission(
                message_id=UUID(one["message_id"]),
                permit_id=UUID(one["permit_id"]) if one.get("permit_id") else None,
                reason=one.get("reason"),
            )
            for one in answer["results"]
        }


async def _post(client: httpx.AsyncClient, path: str, body: object) -> dict[str, list[dict[str, str]]]:
    try:
        response = await client.post(path, json=body)
        response.raise_for_status()
        answer: dict[str, list[dict[str, str]]] = response.json()
        return answer
    except (httpx.HTTPError, ValueError) as error:
        raise Away(f"{path}: {type(error).__name__}") from error


def _card(card: dict[str, str]) -> Card:
    return Card(UUID(card["asked"]), card.get("email"), card.get("time_zone"), {})
