"""What privacy refuses, each by its name: a program can tell one from the other."""

from __future__ import annotations

from datetime import timedelta

import httpx

from shared.ids import new_id
from tests.component.privacy.erasures.steps import erase
from tests.component.privacy.scenes import a_consent
from tests.fakes import FixedClock


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_statements_and_erasures_refuse_by_name(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    over = (clock.now() - timedelta(days=1)).isoformat()
    assert told(await client.post("/consents", json=a_consent(new_id(), expires_at=over))) == (422, "expires-too-early")
    waiting = await erase(client, new_id(), identity_checked=False)
    path = f"/erasures/{waiting['erasure_id']}"
    assert told(await client.post(f"{path}/reminders")) == (409, "erasure-not-running")
    assert (await client.post(f"{path}/identity-check")).is_success
    assert told(await client.post(f"{path}/identity-check")) == (409, "identity-already-checked")
    letter = "/dead-letters/0197f4a1-0000-7000-8000-000000000001"
    assert told(await client.get(letter)) == (404, "dead-letter-not-found")
