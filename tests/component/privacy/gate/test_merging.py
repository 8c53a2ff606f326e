"""Permits and merges take turns: a permit never stands on a group that a merge had changed before it was written."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from services.privacy.consents.domain.ledger import Action
from services.privacy.consents.service.drafts import Draft, record_drafts
from services.privacy.consents.service.withdrawals import withdraw
from services.privacy.gate.service import grant_permits
from services.privacy.identity.domain import Hashing, Reference
from services.privacy.permits.domain import Permit, Question, Reason
from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.contracts.interactions import Identifier
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.ids import new_id
from tests.component.privacy.addresses import an_email, hash_of, own
from tests.component.privacy.conftest import KEY
from tests.component.privacy.races import PROOF, ask_once, grant_all
from tests.component.privacy.scenes import an_event, emitted, handle, until_somebody_waits


async def merge(database: Database, survivor: UUID, absorbed: UUID, merge_id: UUID | None = None) -> UUID:
    """Customers says that both are one."""
    merged = CustomersMerged(merge_id=merge_id or new_id(), survivor=survivor, absorbed=absorbed)
    await handle(database, an_event(merged, survivor, database.clock.now()))
    return merged.merge_id


async def refused(database: Database) -> UUID:
    """A customer who withdrew."""
    customer = new_id()
    async with database.transaction() as tx:
        await withdraw(tx, customer, PROOF, purpose="marketing", channel="email")
    return customer


async def ask_in(tx: Tx, customer: UUID) -> Permit | Reason:
    (answer,) = await grant_permits(tx, [Question(new_id(), customer, "marketing", "email", f"m{customer}")])
    return answer


async def test_a_merge_waits_for_an_open_permit_and_stops_the_next(database: Database) -> None:
    """Catches a merge that takes no lock: its refusals would hold while a permit that never saw them is written."""
    customer = new_id()
    await grant_all(database, [customer])
    gone = await refused(database)
    async with database.transaction() as tx:
        first = await ask_in(tx, customer)
        merging = asyncio.create_task(merge(database, customer, gone))
        await until_somebody_waits(database)
        assert not merging.done()
    await merging
    assert isinstance(first, Permit)
    assert await ask_once(database, [customer], "m") == [Reason.WITHDRAWN]


@pytest.mark.parametrize("undone", [False, True])
async def test_a_permit_that_waited_for_a_merge_sees_it(database: Database, undone: bool) -> None:
    """Catches a permit on a group that was read before the locks and never again: a merge with somebody who withdrew
    has been committed meanwhile; or one with somebody who agreed has been undone."""
    customer = new_id()
    await grant_all(database, [customer])
    other = await refused(database)
    asked, merge_id = customer, new_id()
    pair = {"survivor": customer, "absorbed": other}
    if undone:
        # The absorbed one, who withdrew, was one with somebody who agreed anew.
        await merge(database, customer, other, merge_id)
        await grant_all(database, [customer])
        asked = other
    async with database.transaction() as holding:
        # Whoever changes the customer holds these rows; the merge and the permit queue up behind, in this order.
        await holding.execute(
            "select 1 from standings where customer_id = any(cast(:ids as uuid[])) for update",
            {"ids": [customer, other]},
        )
        now = database.clock.now()
        fact = MergeUndone(merge_id=merge_id, **pair) if undone else CustomersMerged(merge_id=merge_id, **pair)
        merging = asyncio.create_task(handle(database, an_event(fact, customer, now)))
        await until_somebody_waits(database)
        asking = asyncio.create_task(ask_once(database, [asked], "m"))
        await asyncio.sleep(0.2)
        assert not asking.done()
    await merging
    assert await asking == [Reason.WITHDRAWN]


async def test_merges_of_many_and_permits_do_not_deadlock(database: Database) -> None:
    """Catches locks taken one after the other: both sides of a merge, and what a permit concerns, in any order."""
    people = [new_id() for _ in range(24)]
    await grant_all(database, people)

    async def merge_all() -> None:
        for survivor, absorbed in zip(people[::2], people[1::2], strict=True):
            await merge(database, survivor, absorbed)

    async def ask_all(step: int) -> None:
        for _ in range(6):
            assert all(isinstance(answer, Permit) for answer in await ask_once(database, people[::step], "d"))

    async def own_all() -> None:
        for person in people:
            await own(database, person, an_email())

    await asyncio.gather(merge_all(), ask_all(1), ask_all(-1), own_all())


async def test_a_grant_recorded_while_its_address_finds_an_owner_is_told_once(database: Database) -> None:
    """Catches a grant of which nobody hears, since it and the owner were recorded at the same moment."""
    owner, email = new_id(), an_email()
    by_email = Reference(identifiers=(Identifier(kind="email", value=email),))
    draft = Draft(by_email, "marketing", "email", Action.GRANTED, PROOF)
    async with database.transaction() as tx:
        await record_drafts(tx, Hashing(KEY), [draft])
        owning = asyncio.create_task(own(database, owner, email))
        await until_somebody_waits(database)
        assert not owning.done()
    await owning
    assert len(await emitted(database, owner, "consent_changed")) == 1
    async with database.transaction() as tx:
        (answer,) = await grant_permits(tx, [Question(new_id(), owner, "marketing", "email", hash_of(email))])
    assert isinstance(answer, Permit)
