"""Dead letters by HTTP: read with their bytes, repaired, replayed, discarded, with who and when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from shared.config import ServiceSettings
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.kernel.web.test_web import door_settings, running

__all__ = ["door_settings"]

BROKEN = b'\xff{"number": -1}\x00'


@pytest.fixture
async def letters(database: Database) -> list[UUID]:
    ids = [new_id() for _ in range(3)]
    async with database.transaction() as tx:
        for offset, id in enumerate(ids):
            await tx.execute(
                """insert into dead_letters (id, consumer, topic, partition, "offset", key, value, headers, reason,
                                             error, attempts, created_at)
                   values (:id, 'tests', 'tests-events', 0, :offset, null, :value, '[]', 'unreadable', 'x', 1, :now)""",
                {"id": id, "offset": offset, "value": BROKEN, "now": tx.now},
            )
    return ids


@pytest.fixture
async def operator(door_settings: ServiceSettings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with running(door_settings) as client:
        client.headers["X-API-Key"] = "operator-key"
        yield client


async def test_an_operator_lists_reads_repairs_and_replays(operator: httpx.AsyncClient, letters: list[UUID]) -> None:
    first_page = (await operator.get("/dead-letters", params={"limit": 2})).json()
    assert [item["id"] for item in first_page["items"]] == [str(id) for id in letters[:2]]
    rest = (await operator.get("/dead-letters", params={"limit": 2, "after": first_page["next"]})).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([str(letters[2])], None)

    path = f"/dead-letters/{letters[0]}"
    shown = (await operator.get(path)).json()
    assert shown["value_base64"] == "/3sibnVtYmVyIjogLTF9AA=="
    assert shown["value_text"] is None

    repaired = await operator.post(f"{path}/repair", json={"text": '{"number": 1}', "note": "sign"})
    assert (repaired.json()["was_repaired"], repaired.json()["changed_by"]) == (True, "operator")
    replayed = await operator.post(f"{path}/replay")
    assert (replayed.status_code, replayed.json()["state"]) == (202, "replaying")
    after = (await operator.get(path)).json()
    assert (after["value_base64"], after["repaired_text"]) == (shown["value_base64"], '{"number": 1}')
    assert (after["note"], after["changed_by"]) == ("sign", "operator")
    assert after["changed_at"] is not None


async def test_what_is_settled_cannot_be_changed_again(operator: httpx.AsyncClient, letters: list[UUID]) -> None:
    path = f"/dead-letters/{letters[0]}"
    assert (await operator.post(f"{path}/discard", json={"note": "a test"})).json()["state"] == "discarded"
    for verb, body in (("replay", None), ("discard", None), ("repair", {"text": "{}"})):
        answer = await operator.post(f"{path}/{verb}", json=body)
        assert answer.json()["type"] == "/problems/dead-letter-not-open"


@pytest.mark.parametrize("body", [{}, {"text": "a", "base64": "YQ=="}, {"base64": "not base64"}])
async def test_a_repair_must_say_its_bytes_once(
    operator: httpx.AsyncClient, letters: list[UUID], body: dict[str, str]
) -> None:
    assert (await operator.post(f"/dead-letters/{letters[0]}/repair", json=body)).status_code == 422


async def test_unknown_letters_and_made_up_cursors_are_refused(operator: httpx.AsyncClient) -> None:
    assert (await operator.get(f"/dead-letters/{new_id()}")).status_code == 404
    assert (await operator.get("/dead-letters", params={"after": "e30"})).status_code == 422
