"""Files of orders from the door to the timeline and back, on real parts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.interactions.imports import repository
from services.interactions.imports.service.running import continue_import, delete_old_files
from shared.clock import SystemClock
from shared.contracts.envelope import Origin
from shared.contracts.interactions import IdentityObserved, InteractionsRetracted, PurchaseRecorded, ReturnRecorded
from shared.contracts.privacy import ErasureRequested
from shared.ids import new_id
from tests.component.interactions.builders import a_purchase, an_email, an_event
from tests.component.interactions.conftest import IMPORTER, WRITER, DrivenWorker, as_
from tests.component.interactions.imports.files import a_csv, a_number, a_row, counted, mapped, run, send, shown, worked
from tests.sheets import a_workbook


async def test_a_dry_run_counts_and_records_nothing(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a dry run that writes, one that counts otherwise than the run, and a sum that is off by a cent."""
    ada, first, second, third = an_email(), a_number(), a_number(), a_number()
    content = a_csv(
        a_row(first, ada, "1.234,50"),
        a_row(second, ada, "-10,00"),
        a_row(first, ada, "0,49", product="pear"),
        a_row(third, ada, "three"),
        a_row(third, ada, "3,00"),
        a_row("", ada),
    )
    import_id = await mapped(api, content)
    before = await worker.value("select count(*) from outbox")
    body = await worked(api, worker, import_id, "dry-run")
    assert (body["state"], body["rows_sorted"], body["rows_done"]) == ("checked", 6, 6)
    assert counted(body) == (2, 0, 2)
    assert body["counts"]["sums"] == [
        {"currency": "EUR", "orders": 2, "bought": 123499, "returned": 1000, "revenue": 122499}
    ]
    assert (body["counts"]["strangers"], body["counts"]["unvalued"], body["counts"]["refused_rows"]) == (2, 2, 3)
    assert {one["reason"]: one["first_rows"] for one in body["refused"]} == {
        "Betrag: is no number as 1234,5": [5],
        "another row of the same order is refused": [6],
        "Bestellnr: is empty": [7],
    }
    assert {example["row"] for example in body["examples"]} == {2, 3}
    assert await worker.value("select count(*) from outbox") == before
    assert await worker.count(worker.customer_of(ada)) == 0
    ran = await worked(api, worker, import_id, "start")
    assert (ran["state"], ran["counts"]) == ("done", body["counts"])


async def test_orders_are_history_of_their_customers_and_the_file_says_so(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches an import that triggers campaigns, customers who never hear of their new prospect, a missing source."""
    ada, number = an_email(), a_number()
    import_id = await mapped(api, a_csv(a_row(number, ada), a_row(a_number(), ada, "-2,00")), channel="web")
    await worked(api, worker, import_id, "start")
    customer = worker.customer_of(ada)
    (bought,) = await worker.emitted(customer, PurchaseRecorded)
    (returned,) = await worker.emitted(customer, ReturnRecorded)
    (told,) = await worker.emitted(customer, IdentityObserved)
    assert {bought.origin, returned.origin, told.origin} == {Origin.HISTORY}
    assert (bought.data.amount, bought.data.order_id, bought.data.channel) == (1250, number, "web")
    assert bought.time.isoformat() == "2024-01-31T11:00:00+00:00"
    timeline = await api.get(f"/customers/{customer}/timeline", headers=as_(IMPORTER))
    assert {item["publisher"] for item in timeline.json()["items"]} == {f"import:{import_id}"}
    place = await api.get(f"/interactions/{bought.data.interaction_id}/source", headers=as_(IMPORTER))
    assert place.json() == {"import_id": import_id, "row": 2, "file_name": "orders.csv"}


async def test_an_order_comes_once_whichever_file_it_stands_in(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a second file that doubles the revenue, and two systems whose numbers are taken for one another."""
    ada, numbers = an_email(), [a_number() for _ in range(3)]
    content = a_csv(*(a_row(number, ada) for number in numbers))
    first = await worked(api, worker, await mapped(api, content), "start")
    assert counted(first) == (3, 0, 0)
    second = await worked(api, worker, await mapped(api, content), "start")
    assert (counted(second), second["same_file"]) == ((0, 3, 0), first["import_id"])
    assert second["counts"]["known_sums"][0]["revenue"] == 3750
    ben = an_email()
    other = a_csv(*(a_row(number, ben) for number in numbers))
    assert counted(await worked(api, worker, await mapped(api, other, source="till"), "start")) == (3, 0, 0)
    assert await worker.count(worker.customer_of(ada)) == 3


async def test_an_order_that_the_shop_has_sent_itself_is_a_duplicate(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches a first file of orders that doubles those which came live before."""
    ada, number = an_email(), a_number()
    sold = a_purchase(customer={"email": ada}, time="2024-01-31T22:30:00Z", data={"order_id": number})
    assert (await api.post("/events", json=sold, headers=as_(WRITER))).status_code == 202
    await worker.drain()
    body = await worked(api, worker, await mapped(api, a_csv(a_row(number, ada), a_row(a_number(), ada))), "start")
    assert counted(body) == (1, 1, 0)
    assert await worker.count(worker.customer_of(ada)) == 2


async def test_an_import_goes_on_after_a_crash_with_each_order_once(
    api: httpx.AsyncClient, worker: DrivenWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a position that is stored apart from its orders: killed in between, orders come twice or never."""
    emails, marker = [an_email() for _ in range(700)], a_number()
    # Two lines of each order, far apart.
    rows = [a_row(f"{marker}-{place}", email, "1,00") for place, email in enumerate(emails)]
    import_id = await mapped(api, a_csv(*rows, *rows))
    assert (await api.post(f"/imports/{import_id}/start", headers=as_(IMPORTER))).status_code == 202
    for _ in range(2):
        async with worker.database.transaction() as tx:
            assert await continue_import(tx, worker.settings)
    done = (await shown(api, import_id))["rows_done"]
    assert 0 < done < 1400
    save = repository.save_import

    async def die(tx: Any, made: Any) -> None:
        await save(tx, made)
        raise SystemExit

    # Everything of the next batch is written, and the process ends before its commit.
    with monkeypatch.context() as dying:
        dying.setattr(repository, "save_import", die)
        with pytest.raises(SystemExit):
            async with worker.database.transaction() as tx:
                await continue_import(tx, worker.settings)
    assert (await shown(api, import_id))["rows_done"] == done
    await run(worker)
    body = await shown(api, import_id)
    assert (body["state"], body["rows_done"], counted(body)) == ("done", 1400, (700, 0, 0))
    ids = [worker.customer_of(email) for email in emails]
    told = "select count(*) from outbox where key = any(cast(:ids as uuid[])) and type = :type"
    assert await worker.value(told, ids=ids, type=PurchaseRecorded.TYPE) == 700
    sums = "select sum(amount) from interactions where customer_id = any(cast(:ids as uuid[]))"
    assert await worker.value(sums, ids=ids) == 140_000


async def test_an_import_is_taken_back_whole_and_the_mended_file_may_come(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches an undo that leaves orders behind, takes others' away, tells nobody, or bars the corrected file."""
    ada, numbers = an_email(), [a_number() for _ in range(3)]
    customer = worker.customer_of(ada)
    await worker.send_message(a_purchase(customer={"email": ada}))
    await worker.drain()
    content = a_csv(*(a_row(number, ada) for number in numbers))
    import_id = await mapped(api, content)
    refused = await api.post(f"/imports/{import_id}/undo", headers=as_(IMPORTER))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/import-not-ready")
    await worked(api, worker, import_id, "start")
    body = await worked(api, worker, import_id, "undo")
    assert (body["state"], body["counts"]["taken_back"], body["undone_by"]) == ("undone", 3, "importer")
    assert await worker.count(customer) == 1
    (retracted,) = await worker.emitted(customer, InteractionsRetracted)
    bought = {event.id for event in await worker.emitted(customer, PurchaseRecorded) if event.data.order_id in numbers}
    assert {gone.event_id for gone in retracted.data.interactions} == bought
    assert retracted.origin == Origin.REPAIR
    again = await worked(api, worker, await mapped(api, content), "start")
    assert counted(again) == (3, 0, 0)
    assert again["same_file"] is None
    # The same orders are told by new events: whoever heard the first ones must not take them for those.
    later = {event.id for event in await worker.emitted(customer, PurchaseRecorded) if event.data.order_id in numbers}
    assert len(later) == 6


async def test_an_undo_goes_on_after_a_crash(
    api: httpx.AsyncClient, worker: DrivenWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches orders that are counted as taken back and still there, or told as retracted twice."""
    ada, marker = an_email(), a_number()
    import_id = await mapped(api, a_csv(*(a_row(f"{marker}-{place}", ada) for place in range(600))))
    await worked(api, worker, import_id, "start")
    assert (await api.post(f"/imports/{import_id}/undo", headers=as_(IMPORTER))).status_code == 202

    async def die(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(repository, "forget_orders", die)
        with pytest.raises(SystemExit):
            async with worker.database.transaction() as tx:
                await continue_import(tx, worker.settings)
    await run(worker)
    assert (await shown(api, import_id))["counts"]["taken_back"] == 600
    assert await worker.count(worker.customer_of(ada)) == 0
    told = await worker.emitted(worker.customer_of(ada), InteractionsRetracted)
    assert sum(len(event.data.interactions) for event in told) == 600


async def test_refused_rows_come_back_as_whole_orders_that_can_be_mended(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches a file of refused rows that runs formulas, lacks half of an order, or that this door cannot read."""
    ada, number = an_email(), a_number()
    content = a_csv(a_row(number, ada, product="=1+1"), a_row(a_number(), ada), a_row(number, ada, "?"))
    import_id = await mapped(api, content)
    assert counted(await worked(api, worker, import_id, "start")) == (1, 0, 1)
    answer = await api.get(f"/imports/{import_id}/errors", headers=as_(IMPORTER))
    heading, *rows = answer.text.splitlines()
    assert heading == "row,refused_because,Bestellnr,Datum,E-Mail,Artikel,Menge,Betrag"
    assert [row.split(",")[0] for row in rows] == ["2", "4"]
    assert ",'=1+1," in rows[0]
    mended = answer.content.replace(b",?", b',"2,00"')
    again = await worked(api, worker, await mapped(api, mended), "start")
    assert (counted(again), again["counts"]["sums"][0]["bought"]) == ((1, 0, 0), 1450)


async def test_an_excel_file_is_read_as_it_is_shown(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches amounts that are computed cells, numbers of orders that end in .0, and a note with a line break."""
    ada, number = an_email(), uuid4().int % 10**9
    content = a_workbook(
        ("Bestellnr", "Datum", "E-Mail", "Betrag", "Notiz"),
        (number, "31.01.2024", ada, 6.66 * 3, "rings\nthe bell"),
        (number, "", "", 0.02, ""),
    )
    body = await worked(api, worker, await mapped(api, content), "start")
    assert counted(body) == (1, 0, 0)
    (bought,) = await worker.emitted(worker.customer_of(ada), PurchaseRecorded)
    assert (bought.data.order_id, bought.data.amount) == (str(number), 2000)


async def test_an_order_that_is_far_too_long_is_refused_alone(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a constant column that is taken for the order number and fills the memory, or stops the import."""
    ada, number = an_email(), a_number()
    rows = [a_row(number, ada, "1,00")] * 2_500
    body = await worked(api, worker, await mapped(api, a_csv(*rows, a_row(a_number(), ada))), "start")
    assert (body["state"], counted(body), body["counts"]["refused_rows"]) == ("done", (1, 0, 1), 2_500)


async def test_who_was_erased_does_not_come_back_with_a_file(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches an erased person whose orders return, and rows that still lead to them; undo leaves the rest alone."""
    ada, ben = an_email(), an_email()
    content = a_csv(a_row(a_number(), ada), a_row(a_number(), ben))
    import_id = await mapped(api, content)
    await worked(api, worker, import_id, "start")
    customer = worker.customer_of(ada)
    await worker.deliver(an_event(ErasureRequested(request_id=new_id(), aliases=[]), customer))
    left = "select count(*) from import_orders where customer_id = :id"
    assert await worker.value(left, id=customer) == 0
    # The rows themselves, which the import shows, and which lie in the folder.
    async with worker.database.transaction() as tx:
        await delete_old_files(tx, worker.settings)
    assert (await shown(api, import_id))["first_rows"] == []
    folder = worker.settings.import_folder
    assert folder is not None
    assert not [path for path in folder.iterdir() if path.name.startswith(import_id)]
    again = await worked(api, worker, await mapped(api, a_csv(a_row(a_number(), ada))), "start")
    assert (counted(again), again["refused"][0]["reason"]) == ((0, 0, 1), "names somebody whose data were erased")
    assert (await worked(api, worker, import_id, "undo"))["counts"]["taken_back"] == 1


async def test_an_import_is_started_once_and_by_those_who_may(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a double click that runs a file twice, a shop's key that reads its rows, a run without a mapping."""
    sent = (await send(api, a_csv(a_row(a_number(), an_email())))).json()
    path = f"/imports/{sent['import_id']}"
    assert (await api.get(path, headers=as_(WRITER))).status_code == 403
    for what in ("dry-run", "start"):
        early = await api.post(f"{path}/{what}", headers=as_(IMPORTER))
        assert (early.status_code, early.json()["type"]) == (409, "/problems/import-not-ready")
    bad = await api.put(f"{path}/mapping", json={"columns": [{"column": "No", "to": "email"}]}, headers=as_(IMPORTER))
    assert (bad.status_code, bad.json()["errors"][0]["where"]) == (422, "/columns/0")
    body = sent["guessed_mapping"]
    assert (await api.put(f"{path}/mapping", json={"columns": body}, headers=as_(IMPORTER))).status_code == 200
    await worked(api, worker, sent["import_id"], "start")
    assert (await api.post(f"{path}/start", headers=as_(IMPORTER))).status_code == 409
    listed = (await api.get("/imports", headers=as_(IMPORTER))).json()["items"]
    assert listed[0]["import_id"] == sent["import_id"]


async def test_the_file_is_deleted_after_its_days(
    api: httpx.AsyncClient, worker: DrivenWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches files of personal data that lie about for ever; counts, reasons and the undo stay."""
    import_id = await mapped(api, a_csv(a_row(a_number(), an_email()), a_row("", an_email())))
    await worked(api, worker, import_id, "start")
    async with worker.database.transaction() as tx:
        later = tx.now + timedelta(days=8)
    monkeypatch.setattr(SystemClock, "now", lambda self: later)
    async with worker.database.transaction() as tx:
        assert await delete_old_files(tx, worker.settings)
    monkeypatch.undo()
    body = await shown(api, import_id)
    assert (body["first_rows"], body["examples"], counted(body)) == ([], [], (1, 0, 1))
    errors = await api.get(f"/imports/{import_id}/errors", headers=as_(IMPORTER))
    assert errors.text.splitlines()[1] == "3,Bestellnr: is empty"
    assert (await worked(api, worker, import_id, "undo"))["counts"]["taken_back"] == 1
