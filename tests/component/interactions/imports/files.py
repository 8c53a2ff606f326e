"""The way of a file of orders through its import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx

from services.interactions.imports.service.running import continue_import
from tests import sheets
from tests.component.interactions.builders import Body
from tests.component.interactions.conftest import IMPORTER, DrivenWorker, as_

HEADING = ("Bestellnr", "Datum", "E-Mail", "Artikel", "Menge", "Betrag")


def a_number() -> str:
    """An order number that nobody has yet."""
    return uuid4().hex


def a_csv(*rows: Sequence[str], heading: Sequence[str] = HEADING) -> bytes:
    """A file as German spreadsheets save it."""
    return sheets.a_csv(*rows, heading=heading)


def a_row(number: str, email: str, amount: str = "12,50", *, day: str = "31.01.2024", product: str = "apple") -> Any:
    """One line of an order."""
    return (number, day, email, product, "1", amount)


async def send(api: httpx.AsyncClient, content: bytes, **query: str) -> httpx.Response:
    """The answer to a file."""
    return await api.post(
        "/imports",
        params={"file_name": "orders.csv", **query},
        content=content,
        headers={**as_(IMPORTER), "Content-Type": "application/octet-stream"},
    )


async def mapped(api: httpx.AsyncClient, content: bytes, **terms: Any) -> str:
    """The id of an import whose columns mean what was guessed."""
    sent = await send(api, content)
    assert sent.status_code == 201, sent.text
    body = sent.json()
    columns = [column for column in body["guessed_mapping"] if column["to"] != "ignore"]
    path = f"/imports/{body['import_id']}/mapping"
    answer = await api.put(path, json={"columns": columns, "currency": "EUR", **terms}, headers=as_(IMPORTER))
    assert answer.status_code == 200, answer.text
    return str(body["import_id"])


async def shown(api: httpx.AsyncClient, import_id: str) -> Body:
    """The import as it is now."""
    answer = await api.get(f"/imports/{import_id}", headers=as_(IMPORTER))
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def run(worker: DrivenWorker) -> None:
    """What the worker's job does."""
    more = True
    while more:
        async with worker.database.transaction() as tx:
            more = await continue_import(tx, worker.settings)


async def worked(api: httpx.AsyncClient, worker: DrivenWorker, import_id: str, what: str) -> Body:
    """The import after a `dry-run`, a `start` or an `undo`, and the worker's job."""
    answer = await api.post(f"/imports/{import_id}/{what}", headers=as_(IMPORTER))
    assert answer.status_code == 202, answer.text
    await run(worker)
    return await shown(api, import_id)


def counted(body: Body) -> tuple[int, int, int]:
    """(new, duplicate, refused) orders."""
    return (body["counts"]["new"], body["counts"]["duplicate"], body["counts"]["refused"])
