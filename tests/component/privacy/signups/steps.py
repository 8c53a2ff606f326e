"""What the tests of sign-ups share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from shared.ids import new_id


async def a_wording(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """A wording that asks for marketing by e-mail, with a name of its own."""
    body = {
        "name": f"footer-{new_id().hex[-8:]}",
        "version": "1",
        "language": "en",
        "purpose": "marketing",
        "channels": ["email"],
        "text": "Yes, write to me.",
        **changes,
    }
    answer = await client.post("/notices", json=body)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


def a_sign_up(notice: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of a sign-up by an address that nobody else has."""
    return {
        "email": f"{new_id().hex}@example.test",
        "given_name": "Rosa",
        "notices": [{name: notice[name] for name in ("name", "version", "language")}],
        "evidence": {"page": "/checkout"},
        **changes,
    }


async def signed_up(client: httpx.AsyncClient, body: dict[str, Any]) -> UUID:
    """A sign-up that was taken."""
    answer = await client.post("/signups", json=body)
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["signup_id"])


async def card_of(client: httpx.AsyncClient, signup: UUID) -> dict[str, Any] | None:
    """What campaigns is told of it, None when nothing."""
    answer = await client.post("/signups/cards", json={"signup_ids": [str(signup)]})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    return dict(items[0]) if items else None


async def link_of(client: httpx.AsyncClient, signup: UUID) -> str:
    """The path of its confirmation link."""
    card = await card_of(client, signup)
    assert card is not None
    return f"/confirm/{card['token']}"
