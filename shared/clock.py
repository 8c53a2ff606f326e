"""The business clock and the machine's clock.

`Clock` is business time (windows, quiet hours, caps, expiry) and may run faster in a demo; `MACHINE` is monotonic and
never scaled (timeouts, backoff, pace, latencies).
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Business time."""

    @property
    def factor(self) -> float:
        """Business seconds per machine second."""
        ...

    def now(self) -> datetime:
        """The business instant, aware, UTC."""
        ...

    def wall_of(self, business: datetime) -> datetime:
        """The moment of the machine's wall clock at which it is `business` by this clock."""
        ...


class SystemClock:
    """Business time is the machine's wall time."""

    factor = 1.0

    def now(self) -> datetime:
        """The wall clock."""
        return datetime.now(UTC)

    def wall_of(self, business: datetime) -> datetime:
        """The same."""
        return business


class ScaledClock:
    """Business time that runs `factor` times as fast from a saved instant.

    All processes of an installation read the same file, so they agree; whoever starts them writes it with
    `save_clock`. While nobody runs, no business time passes.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        saved = json.loads(file.read_text())
        self._business = datetime.fromisoformat(saved["business"])
        self._anchor = float(saved["at"])
        self.factor = float(saved["factor"])

    def now(self) -> datetime:
        """The scaled instant."""
        return self._business + timedelta(seconds=(time.time() - self._anchor) * self.factor)

    def wall_of(self, business: datetime) -> datetime:
        """Counted from the moment at which the clock was saved."""
        since = (business - self._business).total_seconds() / self.factor
        return datetime.fromtimestamp(self._anchor + since, UTC)


class StoppedClock:
    """Business time that stands: for work that is of one moment, however long it takes."""

    factor = 1.0

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The moment."""
        return self._at

    def wall_of(self, business: datetime) -> datetime:
        """The same."""
        return business


class Machine:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of real time."""
        await asyncio.sleep(seconds)


MACHINE = Machine()


def open_clock(clock_file: Path | None) -> Clock:
    """The scaled clock when a file is named, else the system's."""
    return SystemClock() if clock_file is None else ScaledClock(clock_file)


def save_clock(file: Path, business: datetime, factor: float) -> None:
    """Let business time go on from `business` at `factor`, from this very moment."""
    body = {"business": business.astimezone(UTC).isoformat(), "at": time.time(), "factor": factor}
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(body))
    fresh.replace(file)
