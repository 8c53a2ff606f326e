"""An empty installation on today's clock, as `make start` makes it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deploy.local import Dsns
from deploy.local.hosting import Hosting
from deploy.local.installation import Plan
from deploy.start.check import check
from deploy.start.settings import load_settings


# Ten processes start; on a busy machine that takes longer than any other test may.
@pytest.mark.timeout(300)
async def test_an_empty_installation_takes_a_sign_up_and_a_purchase_of_today(
    dsns: Dsns, session_id: str, tmp_path: Path
) -> None:
    """Catches a start that brings demo data or a made-up clock, or that needs more than its own plan to work."""
    logged: list[str] = []
    plan = Plan(topic_prefix=f"{session_id}-s-", env=load_settings(tmp_path))
    hosting = Hosting(tmp_path, logged.append, plan, dsns)
    try:
        installation = await asyncio.to_thread(hosting.start)
        assert installation.clock_file is None
        assert all("CLOCK_FILE" not in installation.environment(name) for name in installation.process_names())
        done = await check(installation, [page for page in (hosting.inbox_page, hosting.console_page) if page])
        assert len(done) == 3
    finally:
        await asyncio.to_thread(hosting.stop)
