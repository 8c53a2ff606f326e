"""`crm consents verify` on a real ledger: sound, sealed, and tampered with."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from services.privacy.seals.domain import chain_key
from services.privacy.seals.service import seal_changes
from shared.clock import SystemClock
from shared.config import LOCAL_INSTALLATION_KEY
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.crm.conftest import Crm
from tests.infrastructure import CreateDatabase

_LINE = """
    insert into consents (customer_id, version, consent_id, purpose, channel, action, effective, occurred_at,
                          recorded_at, recorded_by, basis, wording, wording_version, evidence)
    values ($1, $2, $3, 'marketing', 'email', 'granted', true, now(), now(), 'till', 'consent', 'Yes.', '1', '{}')
"""


async def test_a_changed_line_ends_the_command_with_1_and_is_named(crm: Crm, create_database: CreateDatabase) -> None:
    """Catches a command that always says that all is well, and one that cries at lines which only wait."""
    url = await create_database("crm_consents")
    assert (await crm(url, "migrate", "privacy")).status == 0
    connection = await asyncpg.connect(url)
    database = Database(url, source="privacy", clock=SystemClock())
    try:
        for version in (1, 2, 3):
            await connection.execute(_LINE, new_id(), version, new_id())
        waiting = await crm(url, "consents", "verify", "--json")
        assert (waiting.status, _told(waiting.out)["waiting"]) == (0, 3), waiting.err
        async with database.transaction() as tx:
            assert await seal_changes(tx, chain_key(LOCAL_INSTALLATION_KEY), 100) == 3
        sound = await crm(url, "consents", "verify")
        assert sound.status == 0, sound.err
        assert "3 lines, 3 seals" in sound.out
        head = sound.out.split("head ")[1].split()[0]
        assert (await crm(url, "consents", "verify", "--head", head)).status == 0
        await connection.execute("set session_replication_role = replica")
        await connection.execute("update consents set wording = 'Yes, sell it.' where version = 2")
        await connection.execute("delete from chain where seq = 3")
        found = await crm(url, "consents", "verify", "--head", head, "--json")
    finally:
        await connection.close()
        await database.close()
    assert found.status == 1
    faults = {(fault["what"], fault["version"]) for fault in _told(found.out)["faults"]}
    assert faults == {("line-changed", 2), ("line-without-seal", 3), ("head-differs", None)}
    assert (await crm(url, "consents", "verify", "--head", "soon")).status == 2


def _told(out: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(out)
    return body
