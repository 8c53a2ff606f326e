"""What the tests of turn-taking share: permits asked for in one transaction, something that forbids in another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from services.privacy.consents.domain.ledger import Action, Proof, Scope, Statement
from services.privacy.consents.service.ledger import record_consents
from services.privacy.gate.service import grant_permits
from services.privacy.permits.domain import Permit, Question, Reason
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.scenes import until_somebody_waits

PROOF = Proof(recorded_by="test", wording="yes", wording_version="1")


async def ask_once(database: Database, people: list[UUID], address: str) -> list[Permit | Reason]:
    """A permit or a reason for each of these customers, in one transaction."""
    async with database.transaction() as tx:
        questions = [Question(new_id(), person, "marketing", "email", f"{address}{person}") for person in people]
        return await grant_permits(tx, questions)


async def grant_all(database: Database, people: list[UUID]) -> None:
    """All of these customers grant marketing by e-mail."""
    async with database.transaction() as tx:
        statements = [
            Statement(new_id(), Scope(person, "marketing", "email"), Action.GRANTED, tx.now, PROOF) for person in people
        ]
        await record_consents(tx, statements)


Forbid = Callable[[Database, UUID], Coroutine[Any, Any, None]]


async def they_take_turns(database: Database, forbid: Forbid) -> None:
    """Something that forbids waits for an open permit; once it is committed, no permit is given."""
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
