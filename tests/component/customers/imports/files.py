"""Files as firms have them, and the way of one through its import."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import httpx

from tests import sheets
from tests.component.customers.builders import Body
from tests.component.customers.conftest import World, as_

HEADING = ("E-Mail", "Vorname", "Ort", "Newsletter")
MAPPING = [
    {"column": "E-Mail", "to": "email"},
    {"column": "Vorname", "to": "given_name"},
    {"column": "Ort", "to": "city"},
    {"column": "Newsletter", "to": "consent"},
]


def an_address() -> str:
    """An e-mail that nobody has yet."""
    return f"{uuid4().hex}@example.test"


def a_csv(*rows: Sequence[str], heading: Sequence[str] = HEADING) -> bytes:
    """A file as German spreadsheets save it."""
    return sheets.a_csv(*rows, heading=heading)


async def send(api: httpx.AsyncClient, content: bytes, **query: str) -> httpx.Response:
    """The answer to a file."""
    return await api.post(
        "/imports",
        params={"file_name": "customers.csv", **query},
        content=content,
        headers={**as_("importer"), "Content-Type": "application/octet-stream"},
    )


async def mapped(api: httpx.AsyncClient, content: bytes, mapping: Sequence[Body] = MAPPING) -> str:
    """The id of an import whose columns are mapped."""
    sent = await send(api, content)
    assert sent.status_code == 201, sent.text
    import_id: str = sent.json()["import_id"]
    answer = await api.put(f"/imports/{import_id}/mapping", json={"columns": mapping}, headers=as_("importer"))
    assert answer.status_code == 200, answer.text
    return import_id


async def shown(api: httpx.AsyncClient, import_id: str) -> Body:
    """The import as it is now."""
    answer = await api.get(f"/imports/{import_id}", headers=as_("importer"))
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def worked(api: httpx.AsyncClient, world: World, import_id: str, what: str) -> Body:
    """The import after a `dry-run` or a `start` and the worker's jobs."""
    answer = await api.post(f"/imports/{import_id}/{what}", headers=as_("importer"))
    assert answer.status_code == 202, answer.text
    await world.run_jobs()
    return await shown(api, import_id)


def outcome(new: int = 0, changed: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    """Counts of rows."""
    return {"new": new, "changed": changed, "unchanged": unchanged, "refused": refused}
