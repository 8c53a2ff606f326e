"""A file of customers from its upload to committed rows, beside COPY of the same rows; their export and the search."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

import httpx
import orjson

from tests.bench.ground import Ground, Site
from tests.bench.http import at_rate, request
from tests.bench.measure import Span, span
from tests.bench.size import Size
from tests.bench.table import Row

_BATCH = 500
# What the worker writes for each row, and by which column the newest are found.
_TABLES = {
    "customers": "created_at",
    "identifiers": "at",
    "identifier_owners": "fingerprint",
    "changes": "change_id",
    "outbox": "id",
    "import_customers": "customer_id",
}
_COLUMNS = [
    {"column": "Nr", "to": "external_id", "source": "erp"},
    {"column": "Mail", "to": "email"},
    {"column": "Vorname", "to": "given_name"},
    {"column": "Nachname", "to": "family_name"},
    {"column": "Geboren", "to": "birth_date", "format": "DD.MM.YYYY"},
    {"column": "PLZ", "to": "postal_code"},
    {"column": "Ort", "to": "city"},
    {"column": "Kinder", "to": "children"},
]
_EXPORTED = [{"of": of} for of in ("external_id:erp", "email", "given_name", "family_name", "city", "children")]
_RATE = 100


async def measure(ground: Ground, size: Size) -> list[Row]:
    """One worker, and the app that takes the file."""
    async with ground.site("imports") as site, site.running("customers.app", "customers.worker") as pids:
        port = site.installation.ports["customers.app"]
        headers = {"Authorization": site.header("operator")}
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=300) as api,
            site.database("customers") as database,
        ):
            taken = await _import(api, database, size.recorded, pids | ground.server_pids)
            again = await _import(api, database, size.recorded, pids | ground.server_pids)
            copied = await _copy(database, size.recorded)
            exported = await _export(api, size.recorded)
        rows = [
            Row("imports", "new customers from a file, with matching", taken.rate, "rows/s", copied,
                "COPY of the same rows (customer, identifiers, owners, history, outbox)", target=3_000,
                note=taken.cost),
            Row("imports", "the same file again: all unchanged", again.rate, "rows/s", note=again.cost),
            Row("imports", "export of all of them as CSV", exported, "rows/s"),
        ]  # fmt: skip
        return rows + await _search(site, size)


async def _import(api: httpx.AsyncClient, database: Any, count: int, pids: dict[str, int]) -> Span:
    sent = await api.post("/imports", params={"file_name": "customers.csv"}, content=_file(count))
    sent.raise_for_status()
    path = f"/imports/{sent.json()['import_id']}"
    (await api.put(f"{path}/mapping", json={"columns": _COLUMNS})).raise_for_status()
    (await api.post(f"{path}/start")).raise_for_status()

    async def done() -> int:
        return int(await database.fetchval("select position from imports order by import_id desc limit 1"))

    return await span(done, count, pids=pids)


def _file(count: int) -> bytes:
    heading = "Nr;Mail;Vorname;Nachname;Geboren;PLZ;Ort;Kinder"
    lines = [
        f"{number};person{number}@example.test;Ada{number % 997};Berg{number % 4999};"
        f"{1 + number % 28:02d}.{1 + number % 12:02d}.{1940 + number % 60};{10000 + number % 80000};"
        f"Ort{number % 2000};{number % 4}"
        for number in range(1, count + 1)
    ]
    return "\n".join([heading, *lines]).encode()


async def _copy(database: Any, count: int) -> float:
    """The same rows of the same tables into equal ones with equal indexes, in commits of the worker's size."""
    rows = {table: await database.fetch(f"select * from {table} order by {last} desc limit $1", 3 * count)
            for table, last in _TABLES.items()}  # fmt: skip
    for table in _TABLES:
        await database.execute(f"create table copied_{table} (like {table} including indexes)")
    try:
        begun = time.perf_counter()
        for start in range(0, count, _BATCH):
            async with database.transaction():
                for table, found in rows.items():
                    each = len(found) // count or 1
                    part = found[start * each : (start + _BATCH) * each]
                    await database.copy_records_to_table(f"copied_{table}", records=part)
        return count / (time.perf_counter() - begun)
    finally:
        for table in _TABLES:
            await database.execute(f"drop table copied_{table}")


async def _export(api: httpx.AsyncClient, count: int) -> float:
    """From the wish to the last byte."""
    begun = time.perf_counter()
    asked = await api.post("/exports", json={"columns": _EXPORTED, "reason": "benchmark"})
    asked.raise_for_status()
    path = f"/exports/{asked.json()['export_id']}"
    while (made := (await api.get(path)).json())["state"] == "running":
        await asyncio.sleep(0.2)
    (await api.get(f"{path}/file")).raise_for_status()
    return int(made["rows"]) / (time.perf_counter() - begun)


async def _search(site: Site, size: Size) -> list[Row]:
    """Names with a typing error, e-mails and external ids in turn."""
    texts = [
        text
        for number in range(1, 300)
        for text in (f"Bertg{number} Ort{number}", f"person{number}@example.test", f"{number}")
        if len(text) > 1
    ]
    bodies = [
        request("POST", "/customers/find", site.header("operator"), orjson.dumps({"text": text})) for text in texts
    ]
    raws, port = itertools.cycle(bodies), site.installation.ports["customers.app"]
    await at_rate(port, raws.__next__, rate=_RATE, seconds=1)
    found = await at_rate(port, raws.__next__, rate=_RATE, seconds=size.look_ups_s)
    what = f"search among {size.recorded:,} at {_RATE}/s"
    return [
        Row("imports", f"{what}, p50", found.ms(0.5), "ms", less_is_better=True),
        Row("imports", f"{what}, p99", found.ms(0.99), "ms", target=50, less_is_better=True),
    ]
