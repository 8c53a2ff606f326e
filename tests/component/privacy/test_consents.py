"""The ledger behind its door: what is recorded, what holds, what is said, what is refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from services.privacy.consents.domain import Action, Proof, Scope, Statement
from services.privacy.consents.jobs import expire_consents
from services.privacy.consents.service.ledger import record_consents
from shared.contracts.customers import CustomersMerged, IdentifierRetired, MergeUndone
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import customer_id_of, fingerprint
from shared.database.engine import Database, sqlstate
from shared.ids import new_id
from tests.component.privacy.conftest import KEY, a_worker
from tests.component.privacy.scenes import a_consent, an_event, ask, hear, said, say, until_somebody_waits
from tests.fakes import FixedClock


async def test_a_grant_is_kept_with_its_proof_and_said(client: httpx.AsyncClient, database: Database) -> None:
    """Catches proof that is lost between the door and the ledger, and a change that nobody hears of."""
    customer = new_id()
    recorded = await say(client, customer)
    shown = (await client.get(f"/customers/{customer}/consents")).json()
    line = shown["history"][0]
    assert (line["wording"], line["wording_version"], line["evidence"]) == (
        "Yes, write to me.",
        "2017-01",
        {"form": "sign-up"},
    )
    assert (line["recorded_by"], line["basis"]) == ("officer", "consent")
    assert shown["current"][0]["permitted"] is True
    (event,) = await said(database, customer, "consent_changed")
    assert event.data["state"] == "granted"
    assert event.data["consent_id"] == recorded["consent_id"]


async def test_a_withdrawal_says_by_which_way(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a withdrawal that campaigns cannot count against its message."""
    customer, campaign, message = new_id(), new_id(), new_id()
    await say(client, customer)
    body = {"customer": {"customer_id": str(customer)}, "campaign_id": str(campaign), "message_id": str(message)}
    answer = await client.post("/withdrawals", json=body)
    assert len(answer.json()["withdrawn"]) == 1
    event = (await said(database, customer, "consent_changed"))[-1]
    assert (event.data["state"], event.data["withdrawn_via"]) == ("denied", "api")
    assert (event.data["campaign_id"], event.data["message_id"]) == (str(campaign), str(message))
    assert (await client.post("/withdrawals", json=body)).json() == {"withdrawn": []}
    assert await ask(client, customer) == "withdrawn"


async def test_a_withdrawal_that_would_stop_nothing_does_not_look_as_if(client: httpx.AsyncClient) -> None:
    """Catches a withdrawal by e-mail that is lost without a word when the customer is known by an account."""
    email = f"{new_id().hex}@example.test"
    lost = await client.post("/withdrawals", json={"customer": {"email": email}})
    assert (lost.status_code, lost.json()["type"]) == (404, "/problems/nothing-said")
    granted = {**a_consent(new_id()), "customer": {"email": email}}
    assert (await client.post("/consents", json=granted)).status_code == 201
    heard = await client.post("/withdrawals", json={"customer": {"email": email}})
    assert len(heard.json()["withdrawn"]) == 1


async def test_an_old_form_after_a_withdrawal_is_history_only(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an import that revives what was taken back."""
    customer = new_id()
    await say(client, customer, "withdrawn")
    late = await say(client, customer, occurred_at=(clock.now() - timedelta(days=1)).isoformat())
    assert late["effective"] is False
    assert await ask(client, customer) == "withdrawn"
    assert len(await said(database, customer, "consent_changed")) == 1


async def test_a_batch_has_a_result_for_each_item(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches one bad item that costs its neighbours, and statements of one scope taken out of order."""
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
    slugs = [one["refused"]["slug"] if one["refused"] else one["recorded"]["action"] for one in results]
    assert slugs == ["granted", "in-the-future", "no-consent-needed", "customer-not-derivable", "withdrawn"]
    assert await ask(client, customer) == "withdrawn"


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


async def test_identifiers_name_the_same_customer_as_everywhere(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an id of privacy's own, and consent that an erased person's old address would bring back."""
    email = f"{new_id().hex}@example.test"
    identifier = Identifier(kind="email", value=email.upper())
    first = customer_id_of(KEY, identifier)
    body = a_consent(first, customer={"email": email.upper()})
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(first)
    retired = IdentifierRetired(fingerprint=fingerprint(KEY, "email", email), generation=1)
    await hear(database, an_event(retired, first, clock.now()))
    second = customer_id_of(KEY, identifier, 1)
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(second)


async def test_history_is_shown_page_by_page(client: httpx.AsyncClient) -> None:
    """Catches lines that are shown twice or not at all."""
    customer = new_id()
    lines = [(await say(client, customer, action))["consent_id"] for action in ("granted", "denied", "granted")]
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


async def test_consent_runs_out_by_the_business_clock(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches consent that outlives its date, and an expiry that is said twice or never."""
    customer = new_id()
    await say(client, customer, expires_at=(clock.now() + timedelta(days=30)).isoformat())
    assert await ask(client, customer) == "granted"
    clock.advance(days=30)
    assert await ask(client, customer) == "expired"
    for _ in range(2):
        await expire_consents(a_worker(database))
    states = [event.data["state"] for event in await said(database, customer, "consent_changed")]
    assert states == ["granted", "unknown"]
    await say(client, customer)
    assert await ask(client, customer) == "granted"


async def test_a_new_yes_while_the_old_one_runs_out_stands(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an expiry decided from what was read before the lock."""
    customer = new_id()
    await say(client, customer, expires_at=(clock.now() + timedelta(days=1)).isoformat())
    clock.advance(days=1)
    scope = Scope(customer, "marketing", "email")
    async with database.transaction() as tx:
        proof = Proof(recorded_by="test", wording="yes", wording_version="2")
        await record_consents(tx, [Statement(new_id(), scope, Action.GRANTED, tx.now, proof)])
        job = asyncio.create_task(expire_consents(a_worker(database)))
        await until_somebody_waits(database)
    await job
    states = [event.data["state"] for event in await said(database, customer, "consent_changed")]
    assert states == ["granted", "granted"]
    assert await ask(client, customer) == "granted"


@pytest.mark.parametrize(
    "attempt", ["update consents set action = 'granted'", "delete from consents", "truncate consents"]
)
async def test_the_database_itself_keeps_the_ledger(
    client: httpx.AsyncClient, database: Database, attempt: str
) -> None:
    """Catches a migration that loses the guard: each way of rewriting history is tried."""
    await say(client, new_id(), "withdrawn")
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as tx:
            await tx.execute(attempt)
    assert sqlstate(refused.value) == "23001"


async def test_a_merge_restricts_and_its_undoing_sets_free(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a merge that turns a no into a yes, and one that cannot be undone."""
    survivor, absorbed, merge = new_id(), new_id(), new_id()
    await say(client, survivor)
    await say(client, absorbed, "withdrawn")
    assert await ask(client, survivor) == "granted"
    pair = {"merge_id": merge, "survivor": survivor, "absorbed": absorbed}
    await hear(database, *(an_event(CustomersMerged(**pair), key, clock.now()) for key in (survivor, absorbed)))
    assert await ask(client, survivor) == "withdrawn"
    assert await ask(client, absorbed) == "withdrawn"
    await hear(database, an_event(MergeUndone(**pair), survivor, clock.now()))
    assert await ask(client, survivor) == "granted"
    # The other key's merge arrives late: it must not bring the alias back.
    await hear(database, an_event(CustomersMerged(**pair), absorbed, clock.now()))
    assert await ask(client, survivor) == "granted"


async def test_a_yes_after_the_merge_counts(client: httpx.AsyncClient, database: Database, clock: FixedClock) -> None:
    """Catches a customer who can never come back, over a chain of merges."""
    ids: list[UUID] = [new_id() for _ in range(3)]
    await say(client, ids[0], "withdrawn")
    for absorbed, survivor in ((ids[0], ids[1]), (ids[1], ids[2])):
        merged = CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed)
        await hear(database, an_event(merged, survivor, clock.now()))
    clock.advance(seconds=1)
    await say(client, ids[0])
    assert await ask(client, ids[0]) == "granted"
    await say(client, ids[1], "withdrawn")
    await say(client, ids[0])
    assert await ask(client, ids[2]) == "withdrawn"
    await say(client, ids[2])
    assert {await ask(client, one) for one in ids} == {"granted"}
    shown = (await client.get(f"/customers/{ids[0]}/consents")).json()
    assert shown["customer_id"] == str(ids[2])
    assert len(shown["history"]) == 5
