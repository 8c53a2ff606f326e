"""The process in which models are fitted: it does its work and ends with who asked; no other loads its libraries."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from services.analytics.scores import clients
from tests.component.analytics.builders import a_purchase
from tests.component.analytics.scores.test_scoring import fitted
from tests.component.analytics.world import World

ROOT = Path(__file__).parents[4]


async def test_a_fit_is_made_by_a_process_of_its_own_as_of_the_business_moment(world: World) -> None:
    """Catches a process that looks at another clock or database than the worker which asks."""
    bought = world.clock.now() - timedelta(days=9)
    await world.handle(a_purchase(customer := uuid4(), bought))
    fit = await fitted(world, "rfm")
    assert (fit["state"], fit["customers"], fit["as_of"]) == ("published", 1, world.clock.now())
    async with world.database.transaction() as tx:
        row = await tx.row("select customer_id, last_purchase, rfm_fit from scores")
    assert dict(row or {}) == {"customer_id": customer, "last_purchase": bought, "rfm_fit": fit["fit_id"]}


async def test_a_process_that_dies_leaves_a_refused_fit_and_a_worker_that_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a fit that is tried for ever, every quarter of a minute, and a worker that ends with it."""
    monkeypatch.setattr(clients, "_MODULE", "services.analytics.scores.no_such_module")
    fit = await fitted(world, "rfm")
    assert (fit["state"], fit["reason"]) == ("refused", "failed")
    assert "status 1" in str(fit["detail"])


async def test_it_ends_when_the_worker_is_gone(analytics_url: str) -> None:
    """Catches a fit that goes on beside the one that the next worker begins."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.analytics.scores.streams", cwd=ROOT, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    # An address that never answers: only the end of the input can end it within the time.
    asked = {"database_url": "postgresql://u:p@192.0.2.1/x", "fit_id": str(uuid4()), "now": "2026-01-01T00:00:00+00:00"}
    process.stdin.write(orjson.dumps(asked) + b"\n")
    await process.stdin.drain()
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 60) == 1


def test_no_other_process_loads_its_libraries() -> None:
    """Catches 60 MB in each app and worker, and two seconds of each start."""
    loads = (
        "import services.analytics.app, services.analytics.worker, sys;"
        " print(*(name in sys.modules for name in ('numpy', 'scipy')))"
    )
    told = subprocess.run([sys.executable, "-c", loads], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"], "who imports it can be seen by python -X importtime"
