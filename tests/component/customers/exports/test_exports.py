"""Customers taken out as files, on real parts."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from python_calamine import CalamineWorkbook

from services.customers.exports import repository
from services.customers.exports.clients import analytics
from services.customers.exports.clients.files import ExportFiles
from services.customers.exports.service import filling
from shared.contracts.privacy import ErasureRequested
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.web.service_client import service_client
from tests.component.customers.builders import Body, created, merged
from tests.component.customers.conftest import World, as_

_COLUMNS = [
    {"of": "email", "heading": "E-Mail"},
    {"of": "given_name", "heading": "Vorname"},
    {"of": "children", "heading": "Kinder"},
    {"of": "interests", "heading": "Interessen"},
    {"of": "status", "heading": "Stand"},
]


async def asked(api: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    """The answer to a wish for an export."""
    body = {"columns": _COLUMNS, "reason": "letter to Bath", **changes}
    return await api.post("/exports", json=body, headers=as_("exporter"))


async def exported(api: httpx.AsyncClient, world: World, **changes: Any) -> Body:
    """An export that the worker has filled."""
    answer = await asked(api, **changes)
    assert answer.status_code == 202, answer.text
    await world.run_jobs()
    body: Body = (await api.get(f"/exports/{answer.json()['export_id']}", headers=as_("exporter"))).json()
    return body


async def fetched(api: httpx.AsyncClient, made: Body) -> bytes:
    """Its file."""
    answer = await api.get(f"/exports/{made['export_id']}/file", headers=as_("exporter"))
    assert answer.status_code == 200, answer.text
    return answer.content


def a_place() -> str:
    """A city in which nobody lives yet."""
    return f"City {uuid4().hex}"


async def test_a_file_holds_whom_the_criteria_name_and_is_safe_in_a_spreadsheet(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches a file with others in it, a formula that runs, and columns in another order than asked for."""
    city = a_place()
    attributes = {"city": city, "given_name": "=HYPERLINK(1)", "children": 2, "interests": ["wine", "art"]}
    first = await created(api, attributes=attributes)
    second = await created(api, attributes={"city": city, "given_name": "Bob"}, status="active")
    await created(api, attributes={"city": a_place(), "given_name": "Eva"})
    made = await exported(api, world, criteria={"attributes": {"city": city}})
    assert (made["state"], made["rows"], made["created_by"], made["reason"]) == (
        "done",
        2,
        "exporter",
        "letter to Bath",
    )
    rows = list(csv.reader(io.StringIO((await fetched(api, made)).decode("utf-8-sig"))))
    assert rows[0] == ["E-Mail", "Vorname", "Kinder", "Interessen", "Stand"]
    assert sorted(rows[1:]) == sorted(
        [
            [first["identifiers"][0]["value"], "'=HYPERLINK(1)", "2", "wine; art", "prospect"],
            [second["identifiers"][0]["value"], "Bob", "", "", "active"],
        ]
    )
    both = await exported(api, world, criteria={"attributes": {"city": city}, "status": "active"}, format="jsonl")
    (line,) = (await fetched(api, both)).splitlines()
    assert httpx.Response(200, content=line).json()["Vorname"] == "Bob"
    shown = (await api.get(f"/exports/{made['export_id']}", headers=as_("exporter"))).json()
    assert [one["by"] for one in shown["downloads"]] == ["exporter"]


async def test_a_workbook_keeps_numbers_and_runs_nothing(api: httpx.AsyncClient, world: World) -> None:
    """Catches a workbook that calculates what a customer typed."""
    city = a_place()
    await created(api, attributes={"city": city, "given_name": "=1+1", "children": 3})
    made = await exported(api, world, criteria={"attributes": {"city": city}}, format="xlsx")
    with CalamineWorkbook.from_filelike(io.BytesIO(await fetched(api, made))) as book:
        heading, row = book.get_sheet_by_index(0).to_python()
    assert (heading[1], row[1], row[2]) == ("Vorname", "=1+1", 3.0)


async def test_an_export_goes_on_after_a_kill_with_each_customer_once(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches rows that a crash doubles or loses."""
    city = a_place()
    people = [await created(api, attributes={"city": city}) for _ in range(5)]
    monkeypatch.setattr(filling, "_PAGE", 2)
    answer = await asked(api, criteria={"attributes": {"city": city}}, columns=[{"of": "customer_id"}])
    save, calls = repository.save_export, 0

    async def die(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise SystemExit
        await save(*args)

    with monkeypatch.context() as dying:
        dying.setattr(repository, "save_export", die)
        with pytest.raises(SystemExit):
            await world.run_jobs()
    await world.run_jobs()
    made = (await api.get(f"/exports/{answer.json()['export_id']}", headers=as_("exporter"))).json()
    lines = (await fetched(api, made)).decode("utf-8-sig").split()
    assert (made["rows"], lines[0]) == (5, "customer_id")
    assert sorted(lines[1:]) == sorted(person["customer_id"] for person in people)


async def test_members_of_a_segment_are_asked_of_analytics_page_by_page(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches members under an id that was merged since, and a page that is left out."""
    city = a_place()
    first, second, other = [await created(api, attributes={"city": city}) for _ in range(3)]
    survivor = await created(api, attributes={"city": city})
    await merged(api, survivor, second)
    segment, pages = str(uuid4()), {"": ([first], "more"), "more": ([second], None)}

    def answers(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/segments/{segment}/members"
        people, following = pages[request.url.params.get("after", "")]
        items = [{"customer_id": one["customer_id"], "since": "2024-01-01T00:00:00Z"} for one in people]
        return httpx.Response(200, json={"items": items, "next": following})

    def to_analytics(settings: Any, neighbour: str, url: str) -> httpx.AsyncClient:
        return service_client(settings, neighbour, url, inner=httpx.MockTransport(answers))

    monkeypatch.setattr(analytics, "service_client", to_analytics)
    made = await exported(api, world, criteria={"segment_id": segment}, columns=[{"of": "customer_id"}])
    lines = (await fetched(api, made)).decode("utf-8-sig").split()[1:]
    assert sorted(lines) == sorted([first["customer_id"], survivor["customer_id"]])
    assert other["customer_id"] not in lines


async def test_an_unknown_column_is_refused_with_the_nearest_one(api: httpx.AsyncClient) -> None:
    """Catches an empty column that nobody sees until the letters are printed."""
    answer = await asked(api, columns=[{"of": "citty"}])
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-export")
    assert "'city'" in answer.json()["errors"][0]["cure"]
    twice = [{"of": "city", "heading": "Ort"}, {"of": "email", "heading": "Ort"}]
    doubled = await asked(api, columns=twice)
    assert (doubled.status_code, doubled.json()["errors"][0]["where"]) == (422, "/columns/1/heading")
    assert (await asked(api, columns=None)).status_code == 422
    assert (await api.post("/exports", json={}, headers=as_("reader"))).status_code == 403


async def test_a_layout_is_kept_and_used_by_its_name(api: httpx.AsyncClient, world: World) -> None:
    """Catches columns that have to be chosen anew for each month's file."""
    name, who, city = uuid4().hex, as_("exporter"), a_place()
    await created(api, attributes={"city": city})
    assert (await api.put(f"/export-layouts/{name}", json={"columns": _COLUMNS}, headers=who)).status_code == 200
    made = await exported(api, world, columns=None, layout=name, criteria={"attributes": {"city": city}})
    assert [column["heading"] for column in made["columns"]] == ["E-Mail", "Vorname", "Kinder", "Interessen", "Stand"]
    listed = (await api.get("/export-layouts", headers=who)).json()["items"]
    assert name in [layout["name"] for layout in listed]
    assert (await api.delete(f"/export-layouts/{name}", headers=who)).status_code == 204
    gone = await asked(api, columns=None, layout=name)
    assert (gone.status_code, gone.json()["type"]) == (404, "/problems/no-such-layout")
    unknown = await api.get(f"/exports/{uuid4()}", headers=who)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/no-such-export")


async def test_nobody_is_erased_beside_a_file_that_is_being_filled_with_them(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an erasure that looks for files while one is being written: its certificate says that nothing remains,
    and the person stands in the file."""
    city = a_place()
    person = await created(api, attributes={"city": city})
    answer = await asked(api, criteria={"attributes": {"city": city}})
    add, erasing = repository.add_customers, []

    async def meanwhile(tx: Tx, export_id: UUID, ids: Any) -> None:
        request = ErasureRequested(request_id=new_id(), aliases=[])
        erasing.append(asyncio.create_task(world.deliver(world.event(request, UUID(person["customer_id"])))))
        await asyncio.sleep(0.7)
        await add(tx, export_id, ids)

    monkeypatch.setattr(repository, "add_customers", meanwhile)
    await world.run_jobs()
    await asyncio.gather(*erasing)
    folder = world.settings.import_folder
    assert folder is not None
    assert not (folder / f"{answer.json()['export_id']}.export").exists()


async def test_what_was_cancelled_while_it_was_looked_at_is_not_written(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a file that is written after its end: it would lie there for ever."""
    city = a_place()
    await created(api, attributes={"city": city})
    export_id = (await asked(api, criteria={"attributes": {"city": city}})).json()["export_id"]
    look = filling._members

    async def cancelled(settings: Any, made: Any) -> Any:
        await api.post(f"/exports/{export_id}/cancel", headers=as_("exporter"))
        return await look(settings, made)

    monkeypatch.setattr(filling, "_members", cancelled)
    await world.run_jobs()
    folder = world.settings.import_folder
    assert folder is not None
    assert not (folder / f"{export_id}.export").exists()
    shown = (await api.get(f"/exports/{export_id}", headers=as_("exporter"))).json()
    assert (shown["state"], shown["rows"]) == ("cancelled", 0)


async def test_a_file_lies_sealed_and_goes_after_its_days_or_with_an_erasure(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches files of personal data that outlive their days, or the wish of somebody in them to be forgotten."""
    city = a_place()
    person = await created(api, attributes={"city": city, "given_name": "Adalbert"})
    folder = world.settings.import_folder
    assert folder is not None
    for way in ("erasure", "days"):
        made = await exported(api, world, criteria={"attributes": {"city": city}})
        file = folder / f"{made['export_id']}.export"
        assert b"Adalbert" not in file.read_bytes()
        assert ExportFiles(world.settings).exists(UUID(made["export_id"]))
        if way == "erasure":
            request = ErasureRequested(request_id=new_id(), aliases=[])
            await world.deliver(world.event(request, UUID(person["customer_id"])))
            await created(api, attributes={"city": city, "given_name": "Adalbert"})
        else:
            world.clock.advance(days=8)
        await world.run_jobs()
        assert not file.exists()
        gone = await api.get(f"/exports/{made['export_id']}/file", headers=as_("exporter"))
        assert (gone.status_code, gone.json()["type"]) == (409, "/problems/export-not-ready")
