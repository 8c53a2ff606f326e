"""Fits in the process of the tests: each in one of its own takes seconds. `test_fit_process` is about that."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from services.analytics.scores.domain.reports import Report
from services.analytics.scores.service import requesting
from services.analytics.scores.service.scoring import fit_and_score
from shared.clock import StoppedClock
from shared.database.engine import Database


async def fit_here(database_url: str, fit_id: UUID, now: datetime) -> Report:
    """What the process does."""
    database = Database(database_url, source="analytics", clock=StoppedClock(now), pool_size=1)
    try:
        return await fit_and_score(database, fit_id)
    finally:
        await database.close()


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started, except where it is what a test is about."""
    if "test_fit_process" not in request.node.nodeid:
        monkeypatch.setattr(requesting, "fit_in_process", fit_here)
