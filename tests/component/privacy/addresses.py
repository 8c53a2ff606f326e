"""What tests of consent by address share: addresses, owners, statements that name an address."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import httpx

from services.privacy.identity.domain import Hashing
from shared.contracts.customers import IdentifierOwned, IdentifierRetired
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import a_consent, an_event, handle


def an_email() -> str:
    """An address that nobody has used before."""
    return f"{new_id().hex}@example.test"


def hash_of(address: str, channel: str = "email") -> str:
    """The hash by which an address is known today."""
    return Hashing(KEY).address(channel, address).fingerprint


async def own(
    database: Database,
    customer: UUID,
    email: str,
    *,
    trust: Literal["server", "browser"] = "server",
    generation: int = 0,
) -> None:
    """Customers says that this e-mail is this customer's."""
    owned = IdentifierOwned(fingerprint=hash_of(email), kind="email", generation=generation, trust=trust)
    await handle(database, an_event(owned, customer, database.clock.now()))


async def retire(database: Database, customer: UUID, email: str, generation: int = 1) -> None:
    """Customers says that this e-mail is nobody's any more."""
    retired = IdentifierRetired(fingerprint=hash_of(email), generation=generation)
    await handle(database, an_event(retired, customer, database.clock.now()))


async def say(
    client: httpx.AsyncClient, customer: dict[str, Any], action: str = "granted", **changes: Any
) -> dict[str, Any]:
    """Record a statement of whoever is named so; fails unless it was taken."""
    body = {**a_consent(new_id(), action=action, **changes), "customer": customer}
    if action != "granted":
        body |= {"wording": None, "wording_version": None}
    answer = await client.post("/consents", json=body)
    assert answer.status_code == 201, answer.text
    recorded: dict[str, Any] = answer.json()
    return recorded


async def withdraw(client: httpx.AsyncClient, customer: dict[str, Any], **what: Any) -> list[dict[str, Any]]:
    """Withdraw for whoever is named so; the lines that this added."""
    answer = await client.post("/withdrawals", json={"customer": customer, **what})
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()["withdrawn"]
    return lines
