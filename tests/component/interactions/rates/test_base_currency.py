"""The base currency as people set it: in force at once, and for good once something was bought."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.contracts.interactions import PurchaseRecorded
from shared.database.engine import Database
from tests.component.interactions.builders import a_line, a_purchase, an_email
from tests.component.interactions.conftest import OPERATOR, READER, WRITER, DrivenWorker, as_
from tests.component.interactions.imports.files import send
from tests.sheets import a_csv


@pytest.fixture(autouse=True)
async def unset(database: Database) -> AsyncIterator[None]:
    """Nothing was bought yet, and nobody has set anything, before and after."""
    before_first = "update base_currency set currency = null, fixed = false, changed_at = null, changed_by = null"
    async with database.transaction() as tx:
        await tx.execute(before_first)
    yield
    async with database.transaction() as tx:
        await tx.execute(before_first)


async def bought(worker: DrivenWorker, currency: str) -> PurchaseRecorded:
    """What is told of a purchase for 12.50."""
    email = an_email()
    lines = [a_line(amount=1250)]
    await worker.send_message(a_purchase(customer={"email": email}, data={"currency": currency, "lines": lines}))
    await worker.drain()
    [event] = await worker.emitted(worker.customer_of(email), PurchaseRecorded)
    assert isinstance(event.data, PurchaseRecorded)
    return event.data


async def test_the_environment_s_currency_holds_until_somebody_sets_another(api: httpx.AsyncClient) -> None:
    """Catches an upgrade that changes what money means, and a currency that nobody can look up."""
    shown = (await api.get("/base-currency", headers=as_(READER))).json()
    expected = {"currency": "USD", "set_by": "environment", "fixed": False, "changed_at": None, "changed_by": None}
    assert shown == expected


async def test_the_next_purchase_is_valued_in_the_currency_that_was_set(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches a setting that waits for a restart, and rates to the currency before that value baskets at nonsense."""
    rate = {"currency": "SEK", "day": "2019-01-01", "rate": "0.1"}
    assert (await api.put("/rates", json={"rates": [rate]}, headers=as_(OPERATOR))).status_code == 200
    answer = await api.put("/base-currency", json={"currency": "EUR"}, headers=as_(OPERATOR))
    assert (answer.json()["currency"], answer.json()["set_by"], answer.json()["changed_by"]) == (
        "EUR", "people", "operator",
    )  # fmt: skip
    assert (await api.get("/rates?currency=SEK", headers=as_(OPERATOR))).json()["items"] == []
    assert (await bought(worker, "EUR")).base_amount == 1250
    # No rate from dollars to euros is known.
    assert (await bought(worker, "USD")).base_amount is None


async def test_once_something_was_bought_the_currency_stays(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches sums over two currencies: amounts that were valued in one, shown as the other."""
    await bought(worker, "USD")
    assert (await api.get("/base-currency", headers=as_(READER))).json()["fixed"] is True
    refused = await api.put("/base-currency", json={"currency": "EUR"}, headers=as_(OPERATOR))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/base-currency-fixed")
    assert (await api.put("/base-currency", json={"currency": "USD"}, headers=as_(OPERATOR))).status_code == 200
    assert (await bought(worker, "USD")).base_amount == 1250


async def test_a_file_of_orders_begins_with_the_currency_that_was_set(api: httpx.AsyncClient) -> None:
    """Catches a wizard that offers the environment's currency after another one was chosen."""
    await api.put("/base-currency", json={"currency": "EUR"}, headers=as_(OPERATOR))
    file = a_csv(["B-1", "31.01.2024", "a@example.test", "1,00"], heading=["Bestellnr", "Datum", "E-Mail", "Betrag"])
    assert (await send(api, file)).json()["terms"]["currency"] == "EUR"


async def test_only_currencies_that_exist_are_taken_and_only_from_operators(api: httpx.AsyncClient) -> None:
    """Catches a typing error that is fixed for good by the first purchase."""
    unknown = await api.put("/base-currency", json={"currency": "EUX"}, headers=as_(OPERATOR))
    assert (unknown.status_code, unknown.json()["type"]) == (422, "/problems/unknown-currency")
    for key in (READER, WRITER):
        assert (await api.put("/base-currency", json={"currency": "EUR"}, headers=as_(key))).status_code == 403
