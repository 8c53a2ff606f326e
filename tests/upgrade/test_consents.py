"""What people of an upgraded installation had permitted and refused is what still holds for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from services.privacy.consents.domain.ledger import Action, Proof
from services.privacy.consents.service.drafts import Draft, record_drafts
from services.privacy.gate.service import grant_permits
from services.privacy.identity.domain import Hashing, Reference
from services.privacy.permits.domain import Permit, Question
from services.registry import run_migrations
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.ids import new_id
from tests.infrastructure import CreateDatabase
from tests.upgrade.test_upgrade import DUMPS, restore

# Before the upgrade, for those who were never merged, restricted or erased: a grant that runs, or not.
_HELD = """
    select h.customer_id, h.purpose, h.channel,
           h.action = 'granted' and (h.expires_at is null or h.expires_at > now()) as granted
    from heads h join standings s using (customer_id)
    where s.erased_at is null and not s.restricted
      and not exists (select from aliases a where h.customer_id in (a.old, a.current))
    order by 1, 2, 3
"""
# Those of the dump who withdrew are merged or erased.
_REFUSE = """
    with locked as (insert into standings (customer_id, version) values ($1, nextval('changes')) returning version)
    insert into heads (customer_id, purpose, channel, action, consent_id, version, occurred_at, refused_at)
    select $1, 'marketing', 'email', 'withdrawn', $2, version, $3, $3 from locked
"""


async def test_what_held_before_the_upgrade_holds_after_it(create_database: CreateDatabase) -> None:
    """Catches an upgrade that forgets a refusal, or after which nobody may be written to because no address is known to
    be anybody's yet."""
    dsn = await create_database("upgrade_consents")
    restore(DUMPS / "privacy.0001.sql.gz", dsn)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_REFUSE, new_id(), new_id(), datetime.now(UTC))
        held = await connection.fetch(_HELD)
    finally:
        await connection.close()
    assert {row["granted"] for row in held} == {True, False}

    await asyncio.to_thread(run_migrations, "privacy", dsn)

    hashing = Hashing("an-installation-key-for-tests-only-0123456789")
    database = Database(dsn, source="privacy", clock=SystemClock())
    try:
        async with database.transaction() as tx:
            answers = await grant_permits(tx, [_question(hashing, row) for row in held])
        assert [isinstance(answer, Permit) for answer in answers] == [row["granted"] for row in held]
        reference = Reference(customer_id=held[0]["customer_id"])
        proof = Proof(recorded_by="test", wording="yes", wording_version="1")
        async with database.transaction() as tx:
            drafts = [Draft(reference, "news", "email", Action.GRANTED, proof)]
            (outcome,) = await record_drafts(tx, hashing, drafts)
        assert outcome is not None
    finally:
        await database.close()


def _question(hashing: Hashing, row: asyncpg.Record) -> Question:
    customer: UUID = row["customer_id"]
    address = f"{customer.hex}@example.test" if row["channel"] == "email" else f"+4420{customer.int % 10**8:08}"
    fingerprint = hashing.address(row["channel"], address).fingerprint
    return Question(new_id(), customer, row["purpose"], row["channel"], fingerprint)
