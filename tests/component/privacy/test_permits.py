"""Permits: reasons, evidence, and the race against everything that forbids."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.privacy.consents.domain import Action, Proof, Scope, Statement
from services.privacy.consents.service.ledger import record_consents
from services.privacy.consents.service.withdrawals import withdraw
from services.privacy.erasures.service import Request, request_erasure
from services.privacy.gate.service import grant_permits
from services.privacy.permits.domain import Permit, Question, Reason
from services.privacy.permits.jobs import forget_old_permits
from services.privacy.restrictions.service import restrict
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import a_worker
from tests.component.privacy.scenes import ADDRESS, ask, rows, said, say, until_somebody_waits
from tests.fakes import FixedClock

PROOF = Proof(recorded_by="test", wording="yes", wording_version="1")


async def test_a_customer_nobody_asked_gets_service_messages_only(client: httpx.AsyncClient) -> None:
    """Catches silence that counts as a yes."""
    customer = new_id()
    assert await ask(client, customer) == "no-consent"
    assert await ask(client, customer, purpose="service") == "granted"


async def test_consent_holds_for_its_purpose_and_channel_only(client: httpx.AsyncClient) -> None:
    """Catches consent to one thing that is stretched to another."""
    customer = new_id()
    await say(client, customer)
    assert await ask(client, customer, purpose="news") == "no-consent"
    assert await ask(client, customer, channel="sms", address="+44 20 7946 0000") == "no-consent"


async def test_answers_come_in_the_order_of_the_questions(client: httpx.AsyncClient) -> None:
    """Catches a permit that is given to the wrong message, at the largest batch."""
    willing = {new_id() for _ in range(3)}
    for customer in willing:
        await say(client, customer)
    people = [new_id() for _ in range(497)] + sorted(willing)
    random.Random(1).shuffle(people)
    requests = [
        {
            "message_id": str(new_id()),
            "customer_id": str(one),
            "purpose": "marketing",
            "channel": "email",
            "address": f"{one.hex}@example.test",
        }
        for one in people
    ]
    results = (await client.post("/permits", json={"requests": requests})).json()["results"]
    assert [one["message_id"] for one in results] == [one["message_id"] for one in requests]
    assert {person for person, one in zip(people, results, strict=True) if one["granted"]} == willing
    too_many = await client.post("/permits", json={"requests": [*requests, requests[0]]})
    assert too_many.status_code == 422


async def test_each_asking_is_a_permit_of_its_own_and_old_ones_go(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a permit that is handed out again after its ten seconds, and evidence that piles up for ever."""
    customer, message = new_id(), new_id()
    await say(client, customer)
    for _ in range(2):
        assert await ask(client, customer, message_id=message) == "granted"
    assert await rows(database, "permits", [customer]) == 2
    clock.advance(days=401)
    await ask(client, customer)
    await forget_old_permits(a_worker(database))
    assert await rows(database, "permits", [customer]) == 1


async def test_a_restriction_stops_everything_and_can_be_lifted(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a restriction that service messages get around."""
    customer = new_id()
    await say(client, customer)
    for restricted, expected in ((True, "restricted"), (True, "restricted"), (False, "granted")):
        answer = await client.put(f"/customers/{customer}/restriction", json={"restricted": restricted})
        assert answer.status_code == 200
        assert await ask(client, customer) == expected
        assert await ask(client, customer, purpose="service") == expected
    heard = [event.data["restricted"] for event in await said(database, customer, "restriction_changed")]
    assert heard == [True, False]


async def ask_once(database: Database, people: list[UUID], address: str) -> list[Permit | Reason]:
    async with database.transaction() as tx:
        questions = [Question(new_id(), one, "marketing", "email", f"{address}{one}") for one in people]
        return await grant_permits(tx, questions)


async def grant_all(database: Database, people: list[UUID]) -> None:
    async with database.transaction() as tx:
        statements = [
            Statement(new_id(), Scope(one, "marketing", "email"), Action.GRANTED, tx.now, PROOF) for one in people
        ]
        await record_consents(tx, statements)


# What a checker from outside would ask: a withdrawal in force, and a permit with an equal or later number.
_PERMITS_AFTER_A_WITHDRAWAL = """
    select count(*) from permits p
    cross join lateral unnest(p.covers, p.versions) as c(customer_id, version)
    join consents w on w.customer_id = c.customer_id and w.purpose = p.purpose and w.channel = p.channel
    where w.action = 'withdrawn' and w.version <= c.version and p.customer_id = any(cast(:ids as uuid[]))
      and not exists (
        select from consents g
        where g.customer_id = w.customer_id and g.purpose = w.purpose and g.channel = w.channel
          and g.action = 'granted' and g.effective and g.version > w.version and g.version <= c.version)
"""


async def violations(database: Database, people: list[UUID]) -> int:
    async with database.transaction() as tx:
        return int(await tx.value(_PERMITS_AFTER_A_WITHDRAWAL, {"ids": people}))


@pytest.mark.parametrize("seed", range(3))
async def test_no_permit_follows_a_withdrawal_in_commit_order(database: Database, seed: int) -> None:
    """Catches permits that do not lock what a withdrawal locks: fan-outs, withdrawals and new grants at once."""
    chance = random.Random(seed)
    people = [new_id() for _ in range(30)]
    await grant_all(database, people)
    gone: dict[UUID, asyncio.Event] = {one: asyncio.Event() for one in people}
    late: list[UUID] = []

    async def fan_out() -> None:
        for _ in range(12):
            asked = chance.sample(people, 20)
            known_gone = {one for one in asked if gone[one].is_set()}
            answers = await ask_once(database, asked, "a")
            granted = {one.question.customer_id for one in answers if isinstance(one, Permit)}
            late.extend(granted & known_gone)

    async def leave(one: UUID) -> None:
        await asyncio.sleep(chance.random() * 0.3)
        async with database.transaction() as tx:
            await withdraw(tx, one, PROOF, purpose="marketing", channel="email")
        gone[one].set()

    async def come_and_go(one: UUID) -> None:
        for action in (Action.WITHDRAWN, Action.GRANTED) * 4:
            async with database.transaction() as tx:
                scope = Scope(one, "marketing", "email")
                await record_consents(tx, [Statement(new_id(), scope, action, tx.now, PROOF)])

    await asyncio.gather(*(fan_out() for _ in range(4)), *map(leave, people[:20]), *map(come_and_go, people[20:]))
    assert late == []
    assert await violations(database, people) == 0
    assert all(isinstance(one, Reason) for one in await ask_once(database, people[:20], "a"))


async def test_changes_of_one_customer_take_turns(client: httpx.AsyncClient, database: Database) -> None:
    """Catches numbers out of commit order, and a head written from what was read before somebody else's change."""
    customer = new_id()
    scope = Scope(customer, "marketing", "email")

    async def change(action: Action) -> None:
        async with database.transaction() as tx:
            await record_consents(tx, [Statement(new_id(), scope, action, tx.now, PROOF)])

    await asyncio.gather(*map(change, [Action.GRANTED, Action.WITHDRAWN, Action.DENIED] * 8))
    shown = (await client.get(f"/customers/{customer}/consents")).json()
    heard = [event.data["consent_id"] for event in await said(database, customer, "consent_changed")]
    assert [line["consent_id"] for line in shown["history"]] == heard[::-1]
    assert shown["current"][0]["by_id"][0]["consent_id"] == heard[-1]


async def test_the_checker_sees_a_permit_that_was_given_too_late(database: Database) -> None:
    """Catches a checker that is blind: a permit is planted behind a withdrawal."""
    people = [new_id()]
    await grant_all(database, people)
    (permit,) = await ask_once(database, people, "a")
    assert isinstance(permit, Permit)
    async with database.transaction() as tx:
        (line,) = await withdraw(tx, people[0], PROOF, purpose="marketing", channel="email")
    assert await violations(database, people) == 0
    async with database.transaction() as tx:
        await tx.execute(
            "update permits set versions = array[cast(:late as bigint)] where permit_id = :id",
            {"id": permit.permit_id, "late": line.version},
        )
    assert await violations(database, people) == 1


Forbid = Callable[[Database, UUID], Coroutine[Any, Any, None]]


async def _withdraw(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await withdraw(tx, customer, PROOF)


async def _restrict(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await restrict(tx, customer, True)


async def _erase(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await request_erasure(tx, Request(customer, "officer", True, (), "test"))


async def _suppress(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await suppress(tx, [(f"s{customer}", "email")], SuppressionReason.MANUAL, "test")


@pytest.mark.parametrize("forbid", [_withdraw, _restrict, _erase, _suppress])
async def test_what_forbids_waits_for_an_open_permit_and_an_open_one_makes_permits_wait(
    database: Database, forbid: Forbid
) -> None:
    """Catches a lock that one side forgot: with it there is an order, whichever of both comes first."""
    customer = new_id()
    await grant_all(database, [customer])
    async with database.transaction() as tx:
        question = Question(new_id(), customer, "marketing", "email", f"s{customer}")
        (first,) = await grant_permits(tx, [question])
        forbidding = asyncio.create_task(forbid(database, customer))
        await until_somebody_waits(database)
        assert not forbidding.done()
    await forbidding
    assert isinstance(first, Permit)
    (second,) = await ask_once(database, [customer], "s")
    assert isinstance(second, Reason)


@pytest.mark.parametrize("forbid", ["withdraw", "suppress"])
async def test_a_permit_waits_for_an_open_withdrawal_and_then_sees_it(database: Database, forbid: str) -> None:
    """Catches a permit decided from what was read before the wait."""
    customer = new_id()
    await grant_all(database, [customer])
    async with database.transaction() as tx:
        if forbid == "withdraw":
            await withdraw(tx, customer, PROOF)
        else:
            await suppress(tx, [(f"s{customer}", "email")], SuppressionReason.MANUAL, "test")
        asking = asyncio.create_task(ask_once(database, [customer], "s"))
        await until_somebody_waits(database)
        assert not asking.done()
    (answer,) = await asking
    assert answer is (Reason.WITHDRAWN if forbid == "withdraw" else Reason.SUPPRESSED)


async def test_opposite_orders_do_not_deadlock(database: Database) -> None:
    """Catches locks taken in the order of the request: batches name the same people and addresses in any order."""
    people = [new_id() for _ in range(40)]
    await grant_all(database, people)

    async def forward_and_back(turn: int) -> None:
        for _ in range(5):
            await ask_once(database, people[:: 1 if turn % 2 else -1], "d")
            async with database.transaction() as tx:
                pairs = [(f"d{one}", "email") for one in people[:: -1 if turn % 2 else 1]]
                await suppress(tx, pairs, SuppressionReason.MANUAL, "test")

    await asyncio.gather(*map(forward_and_back, range(6)))


async def test_expiry_counts_without_its_job(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches a permit that depends on how soon a timer runs."""
    customer = new_id()
    await say(client, customer, expires_at=(clock.now() + timedelta(seconds=1)).isoformat())
    clock.advance(seconds=1)
    assert await ask(client, customer, address=ADDRESS) == "expired"
