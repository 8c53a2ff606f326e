"""`crm reconcile` as an operator runs it: what it shows, what it mends, and its exit status."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.analytics.config import Settings
from tests.component.analytics.builders import a_purchase, bought
from tests.component.analytics.world import World


async def reconcile(settings: Settings, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit status and report."""
    env = {
        "DATABASE_URL": settings.database_url,
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "REDIS_URL": settings.redis_url,
        "API_KEYS_FILE": str(settings.api_keys_file),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.crm", "reconcile", *words, "--json"),
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    assert out, error.decode()
    assert process.returncode is not None
    return process.returncode, json.loads(out)


async def test_what_differs_is_told_again_and_again_until_it_is_to_be_repaired(
    world: World, settings: Settings
) -> None:
    """Catches a comparison that mends what it should only show, a repair that mends nothing, and exit status 0."""
    at, who = world.clock.now(), uuid4()
    buyers = await world.a_segment(bought(last="P7000D"))
    await world.handle(a_purchase(who, at), a_purchase(uuid4(), at))
    assert await reconcile(settings, "--all") == (0, {"customers": 2, "mismatches": 0, "examples": []})
    async with world.database.transaction() as tx:
        await tx.execute("delete from memberships where customer_id = :id", {"id": who})
    for _ in range(2):
        status, report = await reconcile(settings, "--all")
        assert (status, report["customers"], report["mismatches"]) == (1, 2, 1)
        assert report["examples"][0]["customer_id"] == str(who)
        await world.idle()
        assert who not in await world.members(buyers)
    status, report = await reconcile(settings, "--all", "--repair")
    assert (status, report["mismatches"]) == (1, 1)
    # The command lives in the time of its machine: who is marked by it is due when this world has come to it.
    await world.pass_time(max(world.clock.now(), datetime.now(UTC)))
    await world.idle()
    assert who in await world.members(buyers)
    assert (await reconcile(settings, "--all"))[0] == 0
