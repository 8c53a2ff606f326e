"""The ledger behind its door: what is recorded, what holds, what is emitted, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from shared.database.engine import Database, sqlstate
from shared.ids import new_id
from tests.component.privacy.scenes import a_consent, ask, emitted, record
from tests.fakes import FixedClock


async def test_a_grant_is_kept_with_its_proof_and_emitted(client: httpx.AsyncClient, database: Database) -> None:
    """Catches proof that is lost between the door and the ledger, and a change of which no event tells."""
    customer = new_id()
    recorded = await record(client, customer)
    shown = (await client.get(f"/customers/{customer}/consents")).json()
    line = shown["history"][0]
    assert (line["wording"], line["wording_version"], line["evidence"]) == (
        "Yes, write to me.",
        "2017-01",
        {"form": "sign-up"},
    )
    assert (line["recorded_by"], line["basis"]) == ("officer", "consent")
    assert shown["current"][0]["permitted"] is True
    (event,) = await emitted(database, customer, "consent_changed")
    assert event.data["state"] == "granted"
    assert event.data["consent_id"] == recorded["consent_id"]


async def test_a_withdrawal_tells_by_which_way(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a withdrawal that campaigns cannot count against its message."""
    customer, campaign, message = new_id(), new_id(), new_id()
    await record(client, customer)
    body = {"customer": {"customer_id": str(customer)}, "campaign_id": str(campaign), "message_id": str(message)}
    answer = await client.post("/withdrawals", json=body)
    lines = {(line["purpose"], line["channel"]) for line in answer.json()["withdrawn"]}
    assert lines == {("marketing", "email"), *(("*", channel) for channel in ("email", "sms", "phone", "post"))}
    event = (await emitted(database, customer, "consent_changed"))[-1]
    assert (event.data["state"], event.data["withdrawn_via"]) == ("denied", "api")
    assert (event.data["campaign_id"], event.data["message_id"]) == (str(campaign), str(message))
    assert (await client.post("/withdrawals", json=body)).json() == {"withdrawn": []}
    assert await ask(client, customer) == "withdrawn"


async def test_a_withdrawal_of_what_nobody_has_granted_is_a_line_for_every_channel(client: httpx.AsyncClient) -> None:
    """Catches a withdrawal that answers and leaves nothing: an older grant that comes later, by another way, would
    permit what was refused."""
    customer = new_id()
    body = {"customer": {"customer_id": str(customer)}, "purpose": "marketing"}
    answer = await client.post("/withdrawals", json=body)
    lines = [(line["purpose"], line["channel"]) for line in answer.json()["withdrawn"]]
    assert lines == [("marketing", channel) for channel in ("email", "phone", "post", "sms")]
    await record(client, customer, occurred_at="2017-01-01T00:00:00Z")
    assert await ask(client, customer) == "withdrawn"


async def test_a_withdrawal_that_would_stop_nothing_does_not_look_as_if(client: httpx.AsyncClient) -> None:
    """Catches a withdrawal by card that is lost without a word when the customer is known by an account."""
    card = {"card": new_id().hex}
    lost = await client.post("/withdrawals", json={"customer": card})
    assert (lost.status_code, lost.json()["type"]) == (404, "/problems/nothing-said")
    granted = {**a_consent(new_id()), "customer": card}
    assert (await client.post("/consents", json=granted)).status_code == 201
    withdrawn = await client.post("/withdrawals", json={"customer": card, "purpose": "marketing", "channel": "email"})
    assert len(withdrawn.json()["withdrawn"]) == 1


@pytest.mark.parametrize(("withdrawn", "spared"), [("email", "sms"), ("sms", "email")])
async def test_a_withdrawal_for_one_channel_spares_the_other(
    client: httpx.AsyncClient, withdrawn: str, spared: str
) -> None:
    """Catches a withdrawal that stops more than was said, or, kept by purpose alone, less."""
    customer = new_id()
    for channel in (withdrawn, spared):
        await record(client, customer, channel=channel)
    body = {"customer": {"customer_id": str(customer)}, "purpose": "marketing", "channel": withdrawn}
    (line,) = (await client.post("/withdrawals", json=body)).json()["withdrawn"]
    assert line["channel"] == withdrawn
    assert await ask(client, customer, channel=withdrawn) == "withdrawn"
    assert await ask(client, customer, channel=spared) == "granted"


async def test_an_old_form_after_a_withdrawal_is_history_only(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an import that revives what was taken back."""
    customer = new_id()
    await record(client, customer, "withdrawn")
    late = await record(client, customer, occurred_at=(clock.now() - timedelta(days=1)).isoformat())
    assert late["effective"] is False
    assert await ask(client, customer) == "withdrawn"
    assert len(await emitted(database, customer, "consent_changed")) == 1


async def test_a_batch_has_a_result_for_each_item(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches one bad item that costs the others, and statements of one scope taken out of order."""
    customer = new_id()
    future = (clock.now() + timedelta(hours=1)).isoformat()
    items = [
        a_consent(customer),
        a_consent(customer, occurred_at=future),
        a_consent(customer, purpose="service"),
        a_consent(customer, customer={"phone": "+44 20 7946 0000"}),
        a_consent(customer, action="withdrawn", wording=None, wording_version=None),
    ]
    answer = await client.post("/consents/batch", json={"items": items})
    results = answer.json()["items"]
    slugs = [result["refused"]["slug"] if result["refused"] else result["recorded"]["action"] for result in results]
    assert slugs == ["granted", "in-the-future", "no-consent-needed", "customer-not-derivable", "withdrawn"]
    assert await ask(client, customer) == "withdrawn"


async def test_an_item_that_cannot_be_read_is_refused_alone(client: httpx.AsyncClient) -> None:
    """Catches four hundred and ninety-nine sign-ups that are lost because of a typing error in the five hundredth."""
    first, second = new_id(), new_id()
    items = [
        a_consent(first),
        a_consent(first, chanel="sms"),
        "yes",
        a_consent(second, purpose=None),
        a_consent(second),
    ]
    answer = await client.post("/consents/batch", json={"items": items})
    assert answer.status_code == 200, answer.text
    results = answer.json()["items"]
    assert [result["recorded"] is not None for result in results] == [True, False, False, False, True]
    (fault,) = results[1]["refused"]["errors"]
    assert (results[1]["refused"]["status"], fault["where"]) == (422, "/chanel")
    assert [fault["where"] for fault in results[3]["refused"]["errors"]] == ["/purpose"]
    assert await ask(client, second) == "granted"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"wording": None}, ""),
        ({"action": "perhaps"}, "/action"),
        ({"purpose": "Marketing!"}, "/purpose"),
        ({"channel": "pigeon"}, "/channel"),
        ({"occurred_at": "2017-01-01T00:00:00"}, "/occurred_at"),
        ({"nickname": "x"}, "/nickname"),
        ({"evidence": {"note": "a\x00b"}}, ""),
        ({"expires_at": "2016-01-01T00:00:00Z"}, "/expires_at"),
    ],
)
async def test_bad_input_is_refused_with_its_place(
    client: httpx.AsyncClient, change: dict[str, Any], where: str
) -> None:
    """Catches a 500, and a refusal that does not say where the fault is."""
    answer = await client.post("/consents", json=a_consent(new_id(), **change))
    assert answer.status_code == 422, answer.text
    assert where in [error["where"] for error in answer.json()["errors"]] or where == ""


async def test_history_is_shown_page_by_page(client: httpx.AsyncClient) -> None:
    """Catches lines that are shown twice or not at all."""
    customer = new_id()
    lines = [(await record(client, customer, action))["consent_id"] for action in ("granted", "denied", "granted")]
    first = (await client.get(f"/customers/{customer}/consents?limit=2")).json()
    second = (await client.get(f"/customers/{customer}/consents?limit=2&after={first['next']}")).json()
    assert [line["consent_id"] for line in first["history"] + second["history"]] == lines[::-1]
    assert second["next"] is None
    foreign = await client.get(f"/customers/{customer}/consents?after=e30")
    assert (foreign.status_code, foreign.json()["type"]) == (422, "/problems/invalid-cursor")


async def test_a_repeat_with_the_same_key_writes_one_line(client: httpx.AsyncClient) -> None:
    """Catches a retry that puts a statement into the ledger twice."""
    customer = new_id()
    headers = {"Idempotency-Key": str(new_id())}
    first = await client.post("/consents", json=a_consent(customer), headers=headers)
    again = await client.post("/consents", json=a_consent(customer), headers=headers)
    assert first.json() == again.json()
    assert len((await client.get(f"/customers/{customer}/consents")).json()["history"]) == 1


@pytest.mark.parametrize(
    "attempt", ["update consents set action = 'granted'", "delete from consents", "truncate consents"]
)
async def test_the_database_itself_keeps_the_ledger(
    client: httpx.AsyncClient, database: Database, attempt: str
) -> None:
    """Catches a migration that loses the guard: each way of rewriting history is tried."""
    await record(client, new_id(), "withdrawn")
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as tx:
            await tx.execute(attempt)
    assert sqlstate(refused.value) == "23001"
