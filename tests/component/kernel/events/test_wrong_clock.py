"""The machine of a relay has a wrong clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.database.engine import Database
from shared.events.barrier import AHEAD_S
from tests.component.kernel.events.marked import OwnSettings, Reader, relaying
from tests.faults.skewed import file_in, plant, set_clock

_RIGHT_NOW = SystemClock.now
_RIGHT_TIME = time.time


async def test_nothing_is_promised_of_a_future_that_only_one_machine_sees(
    own: OwnSettings, writer: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hours ahead, ten minutes behind, right again. Catches a promise that would make every later `recorded_at`
    wrong for ever, and a relay that is silent when its clock is right again."""
    monkeypatch.setattr(SystemClock, "now", _RIGHT_NOW)
    monkeypatch.setattr(time, "time", _RIGHT_TIME)
    plant(file_in(tmp_path))
    async with relaying(own, writer):
        await reader.watermark_after(datetime.now(UTC))
        for seconds in (7_200.0, -600.0):
            await set_clock(tmp_path, seconds)
            await asyncio.sleep(1.0)
            latest = max(until for until, _ in reader.watermarks)
            assert latest <= datetime.now(UTC) + timedelta(seconds=AHEAD_S)
        await set_clock(tmp_path, 0.0)
        await reader.watermark_after(datetime.now(UTC))
