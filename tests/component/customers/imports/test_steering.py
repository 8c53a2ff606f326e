"""What is asked of imports under way, and mappings that are kept for the next file."""

from __future__ import annotations

import httpx
import pytest

from services.customers.imports.clients.lag import AnalyticsLag
from services.customers.imports.service import running
from services.customers.imports.service.running import continue_import
from shared.database.transaction import Tx
from shared.files.imports import pacing
from tests.component.customers.conftest import World, as_
from tests.component.customers.imports.files import MAPPING, a_csv, an_address, mapped, outcome, send, shown, worked


async def asked(api: httpx.AsyncClient, import_id: str, what: str) -> httpx.Response:
    """The answer to that."""
    return await api.post(f"/imports/{import_id}/{what}", headers=as_("importer"))


async def test_a_paused_import_takes_nothing_until_it_is_resumed(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a pause that the worker does not see, and a resumption that begins anew."""
    monkeypatch.setattr(running, "BATCH", 2)
    import_id = await mapped(api, a_csv(*((an_address(), "Ada", "Bath", "") for _ in range(5))))
    await asked(api, import_id, "start")
    async with world.database.transaction() as tx:
        assert await continue_import(tx, world.settings)
    assert (await asked(api, import_id, "pause")).json()["state"] == "paused"
    await world.run_jobs()
    assert (await shown(api, import_id))["rows_done"] == 2
    assert (await asked(api, import_id, "resume")).json()["state"] == "running"
    await world.run_jobs()
    body = await shown(api, import_id)
    assert (body["state"], body["rows_done"], body["counts"]) == ("done", 5, outcome(new=5))


async def test_a_cancelled_import_keeps_what_it_took_and_can_be_taken_back(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an end that leaves half a file with no way back, and one that goes on."""
    monkeypatch.setattr(running, "BATCH", 2)
    import_id = await mapped(api, a_csv(*((an_address(), "Ada", "Bath", "") for _ in range(5))))
    await asked(api, import_id, "start")
    async with world.database.transaction() as tx:
        assert await continue_import(tx, world.settings)
    assert (await asked(api, import_id, "cancel")).json()["state"] == "cancelled"
    await world.run_jobs()
    assert (await shown(api, import_id))["counts"] == outcome(new=2)
    refused = await asked(api, import_id, "resume")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/import-not-ready")
    assert (await worked(api, world, import_id, "undo"))["undo"]["retracted"] == 2


async def test_rows_wait_while_analytics_is_behind(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an import that floods everybody behind it, and one that waits for ever."""
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(pacing, "_LOOK_S", 0.0)
    lag = AnalyticsLag(world.settings.model_copy(update={"import_pause_lag": 3_000}))
    import_id = await mapped(api, a_csv(*((an_address(), "Ada", "Bath", "") for _ in range(3))))
    await asked(api, import_id, "start")
    answers, seen = [9_000, 9_000, 0, 0, 0], []

    async def go_on(tx: Tx) -> bool:
        return await continue_import(tx, world.settings)

    async def events() -> int:
        seen.append(int((await shown(api, import_id))["rows_done"]))
        return answers.pop(0) if answers else 0

    monkeypatch.setattr(lag, "events", events)
    await pacing.run_imports(world.database, go_on, lag.behind)
    # Three looks behind the first row: twice it waited.
    assert seen[:4] == [1, 1, 1, 2]
    assert (await shown(api, import_id))["state"] == "done"

    async def hopeless() -> int:
        return 9_000

    again = await mapped(api, a_csv((an_address(), "Ada", "Bath", "")))
    await asked(api, again, "start")
    monkeypatch.setattr(lag, "events", hopeless)
    await pacing.run_imports(world.database, go_on, lag.behind, longest_s=0.0)
    assert (await shown(api, again))["state"] == "done"


async def test_a_dry_run_can_be_ended(api: httpx.AsyncClient, world: World) -> None:
    """Catches a long dry run that cannot be stopped."""
    import_id = await mapped(api, a_csv((an_address(), "Ada", "Bath", "")))
    await asked(api, import_id, "dry-run")
    assert (await asked(api, import_id, "cancel")).json()["state"] == "mapped"
    assert (await worked(api, world, import_id, "start"))["state"] == "done"


async def test_the_next_file_with_these_headings_is_understood_like_the_last(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches a mapping that somebody has to make every week, and one that is taken over for another kind of file."""
    heading = (f"Adresse {an_address()}", "Wer", "Wo")
    mapping = [
        {"column": heading[0], "to": "email"},
        {"column": "Wer", "to": "given_name"},
        {"column": "Wo", "to": "city"},
    ]
    content = a_csv((an_address(), "Ada", "Bath"), heading=heading)
    first = (await send(api, content)).json()
    assert (first["guessed_from"], [one["to"] for one in first["guessed_mapping"]]) == ("headings", ["ignore"] * 3)
    await worked(api, world, await mapped(api, content, mapping), "start")
    again = (await send(api, a_csv((an_address(), "Bob", "Rye"), heading=(heading[0].upper(), "wer", "WO")))).json()
    assert again["guessed_from"] == "last_import"
    assert [(one["column"], one["to"]) for one in again["guessed_mapping"]] == [
        (heading[0].upper(), "email"),
        ("wer", "given_name"),
        ("WO", "city"),
    ]
    other = (await send(api, a_csv((an_address(), "Bob"), heading=heading[:2]))).json()
    assert other["guessed_from"] == "headings"


async def test_a_mapping_is_kept_under_a_name(api: httpx.AsyncClient) -> None:
    """Catches a kept mapping that cannot be read again, replaced or forgotten, and one that could never be used."""
    path, who = f"/import-mappings/{an_address()}", as_("importer")
    assert (await api.put(path, json={"columns": MAPPING}, headers=who)).status_code == 200
    replaced = await api.put(path, json={"columns": MAPPING[:2]}, headers=who)
    assert (replaced.json()["saved_by"], len(replaced.json()["columns"])) == ("importer", 2)
    assert (await api.get(path, headers=who)).json() == replaced.json()
    listed = (await api.get("/import-mappings", headers=who)).json()["items"]
    assert replaced.json() in listed
    wrong = await api.put(path, json={"columns": [{"column": "Ort", "to": "citty"}]}, headers=who)
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/invalid-mapping")
    assert (await api.delete(path, headers=who)).status_code == 204
    gone = await api.get(path, headers=who)
    assert (gone.status_code, gone.json()["type"]) == (404, "/problems/no-such-mapping")
