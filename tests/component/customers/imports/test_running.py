"""Files of customers from the door to the profile, on real parts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.customers.imports.repository import files as repository
from services.customers.imports.service.running import continue_import
from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Origin
from shared.contracts.privacy import ErasureRequested
from shared.ids import new_id
from tests.component.customers.builders import created, derived, observed, read
from tests.component.customers.conftest import World, as_
from tests.component.customers.imports.files import a_csv, an_address, mapped, outcome, send, shown, worked


def named(address: str) -> dict[str, str]:
    return {"kind": "email", "value": address}


async def test_a_dry_run_counts_and_changes_nothing(api: httpx.AsyncClient, world: World) -> None:
    """Catches a dry run that writes, and one that counts otherwise than the run."""
    known, same, fresh = an_address(), an_address(), an_address()
    bath = await created(api, identifiers=[named(known)], attributes={"city": "Bath"})
    await created(api, identifiers=[named(same)], attributes={"given_name": "Sam", "city": "Ely"})
    world.clock.advance(minutes=1)
    content = a_csv(
        (known, "Ada", "York", "ja"),
        (same, "Sam", "Ely", ""),
        (fresh, "Flo", "", "ja"),
        (fresh, "Flo", "Hull", "ja"),
        ("no address", "Bob", "Rye", ""),
        (an_address(), "Bob"),
        ("", "Nob", "Rye", ""),
    )
    import_id = await mapped(api, content)
    before = await world.value("select count(*) from outbox")
    body = await worked(api, world, import_id, "dry-run")
    assert (body["state"], body["rows_done"], body["unproven"]) == ("checked", 7, ["Newsletter"])
    assert body["counts"] == outcome(new=1, changed=2, unchanged=1, refused=3)
    assert {tuple(one["first_rows"]) for one in body["refused"]} == {(6,), (7,), (8,)}
    (change,) = [one["changes"] for one in body["examples"] if one["row"] == 2]
    assert change == {"city": {"from": "Bath", "to": "York"}, "given_name": {"from": None, "to": "Ada"}}
    assert await world.value("select count(*) from outbox") == before
    assert (await read(api, bath["customer_id"]))["version"] == 1
    assert (await api.get(f"/customers/{derived(world.settings, named(fresh))}")).status_code == 404
    ran = await worked(api, world, import_id, "start")
    assert (ran["state"], ran["counts"]) == ("done", body["counts"])


async def test_rows_become_claims_of_the_import_and_trigger_nobody(api: httpx.AsyncClient, world: World) -> None:
    """Catches an import that looks like news to campaigns, or wipes what its empty cells do not say."""
    known, fresh = an_address(), an_address()
    held = await created(api, identifiers=[named(known)], attributes={"city": "Bath", "profession": "baker"})
    world.clock.advance(minutes=1)
    import_id = await mapped(api, a_csv((known, "Ada", "", "no"), (fresh, "Flo", "Hull", "yes")))
    await worked(api, world, import_id, "start")
    body = await read(api, held["customer_id"])
    assert body["attributes"] == {"city": "Bath", "profession": "baker", "given_name": "Ada"}
    customer = derived(world.settings, named(fresh))
    body = await read(api, customer)
    assert (body["status"], body["source"], body["attributes"]["city"]) == ("prospect", f"import:{import_id}", "Hull")
    (event,) = await world.emitted(customer, ProfileChanged)
    assert (event.origin, str(event.cause)) == (Origin.HISTORY, import_id)
    history = (await api.get(f"/customers/{customer}/history")).json()["items"]
    assert {change["by"] for change in history} == {f"import:{import_id}"}


async def test_the_same_file_twice_is_once(api: httpx.AsyncClient, world: World) -> None:
    """Catches a second import that raises versions or says anything again."""
    addresses = [an_address() for _ in range(3)]
    content = a_csv(*((address, "Ada", "Bath", "") for address in addresses))
    first = await worked(api, world, await mapped(api, content), "start")
    assert first["counts"] == outcome(new=3)
    world.clock.advance(minutes=1)
    second = await worked(api, world, await mapped(api, content), "start")
    assert (second["counts"], second["same_file"]) == (outcome(unchanged=3), first["import_id"])
    for address in addresses:
        customer = derived(world.settings, named(address))
        assert (await read(api, customer))["version"] == 1
        assert len(await world.profiles(customer)) == 1


async def test_an_import_goes_on_after_a_crash_with_each_row_once(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a position that is stored apart from its rows: killed in between, rows come twice or never."""
    addresses = [an_address() for _ in range(1200)]
    import_id = await mapped(api, a_csv(*((address, "Ada", "Bath", "") for address in addresses)))
    assert (await api.post(f"/imports/{import_id}/start", headers=as_("importer"))).status_code == 202
    async with world.database.transaction() as tx:
        assert await continue_import(tx, world.settings)
    assert (await shown(api, import_id))["rows_done"] == 500
    save = repository.save_import

    async def die(tx: Any, made: Any) -> None:
        await save(tx, made)
        raise SystemExit

    # Everything of the second batch is written, and the process ends before its commit.
    with monkeypatch.context() as dying:
        dying.setattr(repository, "save_import", die)
        with pytest.raises(SystemExit):
            async with world.database.transaction() as tx:
                await continue_import(tx, world.settings)
    assert (await shown(api, import_id))["rows_done"] == 500
    await world.run_jobs()
    body = await shown(api, import_id)
    assert (body["state"], body["rows_done"], body["counts"]) == ("done", 1200, outcome(new=1200))
    ids = [derived(world.settings, named(address)) for address in addresses]
    told = "select count(*) from outbox where key = any(cast(:ids as uuid[])) and type = :type"
    assert await world.value(told, ids=ids, type=ProfileChanged.TYPE) == 1200


async def test_a_dry_run_counts_somebody_new_once_over_all_batches(api: httpx.AsyncClient, world: World) -> None:
    """Catches a dry run that forgets at row 501 whom it has met."""
    address = an_address()
    rows = [(an_address(), "Ada", "Bath", "") for _ in range(500)]
    import_id = await mapped(api, a_csv((address, "Flo", "", ""), *rows, (address, "Flo", "Hull", "")))
    checked = await worked(api, world, import_id, "dry-run")
    assert checked["counts"] == outcome(new=501, changed=1)
    assert (await worked(api, world, import_id, "start"))["counts"] == checked["counts"]
    assert (await read(api, derived(world.settings, named(address))))["attributes"]["city"] == "Hull"


async def test_what_was_stated_after_the_file_came_is_newer_than_the_file(api: httpx.AsyncClient, world: World) -> None:
    """Catches an import that runs late and overwrites what somebody typed meanwhile."""
    address = an_address()
    held = await created(api, identifiers=[named(address)], attributes={"city": "Bath"})
    world.clock.advance(minutes=1)
    import_id = await mapped(api, a_csv((address, "", "York", "")))
    world.clock.advance(minutes=1)
    customer = UUID(held["customer_id"])
    await world.deliver(world.event(observed(named(address), traits={"city": "Ely"}), customer))
    assert (await worked(api, world, import_id, "start"))["counts"] == outcome(unchanged=1)
    assert (await read(api, customer))["attributes"]["city"] == "Ely"


async def test_a_row_of_two_customers_is_refused(api: httpx.AsyncClient, world: World) -> None:
    """Catches a row that moves one customer's e-mail to another, or makes two one."""
    first, second = an_address(), an_address()
    await created(api, identifiers=[named(first)])
    card = {"kind": "card", "value": new_id().hex}
    await created(api, identifiers=[named(second), card])
    mapping = [{"column": "Mail", "to": "email"}, {"column": "Karte", "to": "card"}]
    import_id = await mapped(api, a_csv((first, card["value"]), heading=("Mail", "Karte")), mapping)
    body = await worked(api, world, import_id, "start")
    assert body["counts"] == outcome(refused=1)
    assert "two customers" in body["refused"][0]["reason"]


async def test_refused_rows_come_back_as_a_file_that_can_be_mended_and_sent_again(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches a file of refused rows that runs formulas, or that this door itself cannot read."""
    address = an_address()
    mapping = [
        {"column": "E-Mail", "to": "email"},
        {"column": "Tel", "to": "phone"},
        {"column": "Kinder", "to": "children"},
    ]
    import_id = await mapped(
        api, a_csv((address, "+44 20 7946 0000", "two"), heading=("E-Mail", "Tel", "Kinder")), mapping
    )
    await worked(api, world, import_id, "start")
    answer = await api.get(f"/imports/{import_id}/errors", headers=as_("importer"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    heading, row = answer.text.splitlines()
    assert heading == "row,refused_because,E-Mail,Tel,Kinder"
    assert row == f"2,Kinder: is no number as 1234.5,{address},'+44 20 7946 0000,two"
    # Not mended at first: the second file of refused rows is one, too.
    once_more = await mapped(api, answer.content, mapping)
    await worked(api, world, once_more, "start")
    answer = await api.get(f"/imports/{once_more}/errors", headers=as_("importer"))
    assert answer.text.splitlines() == [heading, row]
    again = await mapped(api, answer.content.replace(b",two", b",2"), mapping)
    assert (await worked(api, world, again, "start"))["counts"] == outcome(new=1)
    body = await read(api, derived(world.settings, named(address)))
    assert {held["value"] for held in body["identifiers"]} == {address, "+44 20 7946 0000"}


async def test_who_was_erased_after_the_file_came_does_not_come_back_with_it(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches an erased person whom a waiting file makes a customer again; examples of them go, too."""
    address = an_address()
    held = await created(api, identifiers=[named(address)])
    customer = UUID(held["customer_id"])
    world.clock.advance(minutes=1)
    import_id = await mapped(api, a_csv((address, "Ada", "Bath", "")))
    assert len((await worked(api, world, import_id, "dry-run"))["examples"]) == 1
    world.clock.advance(minutes=1)
    request = ErasureRequested(request_id=new_id(), aliases=[])
    await world.deliver(world.event(request, customer))
    assert (await shown(api, import_id))["examples"] == []
    assert (await worked(api, world, import_id, "start"))["counts"] == outcome(refused=1)
    assert (await api.get(f"/customers/{customer}")).status_code == 410


async def test_an_import_is_started_once_and_says_who_did(api: httpx.AsyncClient, world: World) -> None:
    """Catches a double click that runs a file twice, and a run that nobody can be asked about."""
    sent = (await send(api, a_csv((an_address(), "Ada", "Bath", "")))).json()
    path = f"/imports/{sent['import_id']}"
    for what in ("dry-run", "start"):
        early = await api.post(f"{path}/{what}", headers=as_("importer"))
        assert (early.status_code, early.json()["type"]) == (409, "/problems/import-not-ready")
    columns = [{"column": "E-Mail", "to": "email"}]
    await api.put(f"{path}/mapping", json={"columns": columns}, headers=as_("importer"))
    body = await worked(api, world, sent["import_id"], "start")
    assert (body["created_by"], body["started_by"], body["file_name"]) == ("importer", "importer", "customers.csv")
    assert len(body["sha256"]) == 64
    assert (await api.post(f"{path}/start", headers=as_("importer"))).status_code == 409
    listed = (await api.get("/imports", headers=as_("importer"))).json()["items"]
    assert listed[0]["import_id"] == sent["import_id"]


async def test_the_file_is_deleted_after_its_days(api: httpx.AsyncClient, world: World) -> None:
    """Catches files of personal data that lie about for ever."""
    import_id = await mapped(api, a_csv((an_address(), "Ada", "Bath", ""), ("", "Bob", "Rye", "")))
    body = await worked(api, world, import_id, "start")
    assert len(body["first_rows"]) == 2
    world.clock.advance(days=8)
    await world.run_jobs()
    body = await shown(api, import_id)
    assert (body["first_rows"], body["examples"]) == ([], [])
    assert body["counts"] == outcome(new=1, refused=1)
    errors = await api.get(f"/imports/{import_id}/errors", headers=as_("importer"))
    assert errors.text.splitlines()[1].startswith('3,"names nobody')


async def test_rows_lie_sealed_and_go_with_an_erasure(api: httpx.AsyncClient, world: World) -> None:
    """Catches a folder that shows people to whoever copies the disk, and rows of somebody erased that stay in it."""
    address, other = an_address(), an_address()
    import_id = await mapped(api, a_csv((address, "Ada", "Bath", ""), (other, "Bob", "Rye", "")))
    assert (await worked(api, world, import_id, "start"))["counts"] == outcome(new=2)
    folder = world.settings.import_folder
    assert folder is not None
    (file,) = [path for path in folder.iterdir() if path.name.startswith(import_id)]
    assert address.encode() not in file.read_bytes()
    customer = derived(world.settings, named(address))
    await world.deliver(world.event(ErasureRequested(request_id=new_id(), aliases=[]), customer))
    await world.run_jobs()
    assert not file.exists()
    body = await shown(api, import_id)
    assert (body["first_rows"], body["state"], body["counts"]) == ([], "done", outcome(new=2))
