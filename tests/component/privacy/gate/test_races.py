"""Permits and everything that forbids take turns: no permit follows a withdrawal in the order of commits."""

from __future__ import annotations

import asyncio
import random
from uuid import UUID

import httpx
import pytest

from services.privacy.consents.domain.ledger import Action, Scope, Statement
from services.privacy.consents.service.ledger import record_consents
from services.privacy.consents.service.withdrawals import withdraw
from services.privacy.permits.domain import Permit, Reason
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.races import PROOF, Forbid, ask_once, grant_all, they_take_turns
from tests.component.privacy.scenes import emitted, until_somebody_waits

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
    gone: dict[UUID, asyncio.Event] = {person: asyncio.Event() for person in people}
    late: list[UUID] = []

    async def fan_out() -> None:
        for _ in range(12):
            asked = chance.sample(people, 20)
            known_gone = {person for person in asked if gone[person].is_set()}
            answers = await ask_once(database, asked, "a")
            granted = {answer.question.customer_id for answer in answers if isinstance(answer, Permit)}
            late.extend(granted & known_gone)

    async def leave(person: UUID) -> None:
        await asyncio.sleep(chance.random() * 0.3)
        async with database.transaction() as tx:
            await withdraw(tx, person, PROOF, purpose="marketing", channel="email")
        gone[person].set()

    async def come_and_go(person: UUID) -> None:
        for action in (Action.WITHDRAWN, Action.GRANTED) * 4:
            async with database.transaction() as tx:
                scope = Scope(person, "marketing", "email")
                await record_consents(tx, [Statement(new_id(), scope, action, tx.now, PROOF)])

    await asyncio.gather(*(fan_out() for _ in range(4)), *map(leave, people[:20]), *map(come_and_go, people[20:]))
    assert late == []
    assert await violations(database, people) == 0
    assert all(isinstance(answer, Reason) for answer in await ask_once(database, people[:20], "a"))


async def test_changes_of_one_customer_take_turns(client: httpx.AsyncClient, database: Database) -> None:
    """Catches numbers out of commit order, and a head written from what was read before somebody else's change."""
    customer = new_id()
    scope = Scope(customer, "marketing", "email")

    async def change(action: Action) -> None:
        async with database.transaction() as tx:
            await record_consents(tx, [Statement(new_id(), scope, action, tx.now, PROOF)])

    await asyncio.gather(*map(change, [Action.GRANTED, Action.WITHDRAWN, Action.DENIED] * 8))
    shown = (await client.get(f"/customers/{customer}/consents")).json()
    published = [event.data["consent_id"] for event in await emitted(database, customer, "consent_changed")]
    assert [line["consent_id"] for line in shown["history"]] == published[::-1]
    assert shown["current"][0]["by_id"][0]["consent_id"] == published[-1]


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


async def _withdraw(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await withdraw(tx, customer, PROOF)


async def _suppress(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await suppress(tx, [(f"s{customer}", "email")], SuppressionReason.MANUAL, "test")


@pytest.mark.parametrize("forbid", [_withdraw, _suppress])
async def test_what_forbids_waits_for_an_open_permit_and_an_open_one_makes_permits_wait(
    database: Database, forbid: Forbid
) -> None:
    """Catches a lock that one side forgot: with it there is an order, whichever of both comes first."""
    await they_take_turns(database, forbid)


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
                pairs = [(f"d{person}", "email") for person in people[:: -1 if turn % 2 else 1]]
                await suppress(tx, pairs, SuppressionReason.MANUAL, "test")

    await asyncio.gather(*map(forward_and_back, range(6)))
