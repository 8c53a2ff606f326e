"""Whoever may write everything in the database, and switch its guards off, is found out all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest

from services.privacy.app import create
from services.privacy.config import Settings
from services.privacy.seals import repository
from services.privacy.seals.domain import Seal, SealKind, chain_key, next_seal
from services.privacy.seals.service import Verified, publish_head, seal_changes, summary, verify_piece
from services.registry import run_migrations
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import record
from tests.fakes import FixedClock
from tests.infrastructure import CreateDatabase


@dataclass
class Ledger:
    """A ledger of its own: what is tampered with here must trouble no other test."""

    database: Database
    api: httpx.AsyncClient

    async def seal(self) -> None:
        async with self.database.transaction() as tx:
            await seal_changes(tx, chain_key(KEY), 1000)

    async def verify(self, head: Seal | None = None) -> Verified:
        faults, before = [], None
        while True:
            async with self.database.transaction() as tx:
                last, found = await verify_piece(tx, chain_key(KEY), before, 2)
            faults += found
            if last is None:
                break
            before = last
        async with self.database.transaction() as tx:
            return await summary(tx, faults, (head.seq, head.link.hex()) if head is not None else None)

    async def tamper(self, *statements: str) -> None:
        """As a superuser who switches every trigger off."""
        async with self.database.transaction() as tx:
            await tx.execute("set local session_replication_role = replica")
            for statement in statements:
                await tx.execute(statement)

    async def faults(self, head: Seal | None = None) -> set[str]:
        return {fault.what for fault in (await self.verify(head)).faults}


@pytest.fixture
async def ledger(create_database: CreateDatabase, settings: Settings, clock: FixedClock) -> AsyncIterator[Ledger]:
    """Three customers said something; everything is sealed."""
    url = await create_database(f"privacy_seals_{new_id().hex[-6:]}")
    await asyncio.to_thread(run_migrations, "privacy", url)
    database = Database(url, source="privacy", clock=clock)
    app = create(settings.model_copy(update={"database_url": url}))
    async with app.router.lifespan_context(app):
        app.state.context.database.clock = clock
        headers = {"Authorization": "Bearer officer-key"}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://privacy", headers=headers) as api:
            made = Ledger(database, api)
            for _ in range(3):
                await record(api, new_id())
            await made.seal()
            yield made
    await database.close()


async def test_what_was_recorded_and_erased_leaves_a_sound_chain(ledger: Ledger) -> None:
    """Catches an alarm that is always red: withdrawals, erasures and lines that wait for their seal are no fault."""
    customer = new_id()
    await record(ledger.api, customer)
    await record(ledger.api, customer, "withdrawn")
    found = await ledger.verify()
    assert (found.lines, found.seals, found.waiting, found.faults) == (5, 3, 2, ())
    await ledger.seal()
    body = {"customer": {"customer_id": str(customer)}, "requested_by": "officer", "identity_checked": True}
    assert (await ledger.api.post("/erasures", json=body)).status_code == 202
    assert (await ledger.verify()).faults == ()
    await ledger.seal()
    found = await ledger.verify()
    assert (found.lines, found.seals, found.erased, found.waiting, found.faults) == (3, 7, 2, 0, ())
    async with ledger.database.transaction() as tx:
        assert customer.hex not in str(await tx.rows("select * from chain"))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("update consents set wording = 'And sell it.' where version = (select min(version) from consents)",
         "line-changed"),
        ("update consents set salt = gen_random_uuid()", "line-changed"),
        ("update consents set occurred_at = occurred_at + interval '1 microsecond'", "line-changed"),
        ("delete from consents where version = (select max(version) from consents)", "line-removed"),
        ("insert into consents select (jsonb_populate_record(c, '{\"version\": 999999}')).* from consents c limit 1",
         "line-without-seal"),
        ("delete from chain where seq = 2", "seals-missing"),
        ("update chain set digest = digest || '\\x00' where seq = 2", "seal-forged"),
        ("update chain set kind = 'erased' where seq = 3", "seal-forged"),
        ("update chain set seq = seq + 100", "seals-missing"),
    ],
)  # fmt: skip
async def test_tampering_is_found_out(ledger: Ledger, statement: str, fault: str) -> None:
    """Catches a line that is rewritten, removed or slipped in by somebody who holds the database."""
    assert await ledger.faults() == set()
    await ledger.tamper(statement)
    assert fault in await ledger.faults()


async def test_a_chain_that_was_made_anew_is_found_out(ledger: Ledger) -> None:
    """Catches a tamperer who knows how seals are made, and not the key."""
    async with ledger.database.transaction() as tx:
        kept = await repository.page(tx, 0, 100)
    forged: list[Seal] = []
    for seal in kept:
        last = forged[-1] if forged else None
        forged.append(next_seal(chain_key("guessed"), last, SealKind.LINE, seal.version, seal.digest))
    await ledger.tamper("truncate chain")
    async with ledger.database.transaction() as tx:
        await repository.append(tx, forged)
    assert await ledger.faults() == {"seal-forged"}


async def test_a_chain_that_was_cut_off_is_found_out_by_its_published_head(ledger: Ledger) -> None:
    """Catches the last lines removed together with their seals, which leaves a shorter chain that is sound."""
    head = (await ledger.verify()).head
    assert head is not None
    async with ledger.database.transaction() as tx:
        await publish_head(tx)
    async with ledger.database.transaction() as tx:
        told = await tx.value("select convert_from(value, 'UTF8') from outbox where type = 'privacy.ledger_sealed.v1'")
    assert head.link.hex() in told
    await ledger.tamper(
        "delete from consents where version = (select version from chain order by seq desc limit 1)",
        "delete from chain where seq = (select max(seq) from chain)",
    )
    assert await ledger.faults() == set()
    assert await ledger.faults(head) == {"head-differs"}


async def test_an_erased_line_that_comes_back_is_found_out(ledger: Ledger) -> None:
    """Catches a person who was erased and is put back from a backup."""
    async with ledger.database.transaction() as tx:
        customer = UUID(str(await tx.value("select customer_id from consents order by version limit 1")))
        await tx.execute("create table put_by as select * from consents where customer_id = :id", {"id": customer})
    body = {"customer": {"customer_id": str(customer)}, "requested_by": "officer", "identity_checked": True}
    assert (await ledger.api.post("/erasures", json=body)).status_code == 202
    await ledger.seal()
    assert await ledger.faults() == set()
    await ledger.tamper("insert into consents select * from put_by")
    assert await ledger.faults() == {"erased-line-is-back"}
