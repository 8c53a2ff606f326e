"""Percentiles, rates, and waiting for counts."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.bench.memory import busy

Count = Callable[[], Awaitable[int]]


class NotInTime(RuntimeError):
    """What was waited for did not come."""


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: p99 is `share` 0.99. NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True)
class Span:
    """How far a count went, and when; the warm-up is left out."""

    done: int
    seconds: float
    busy: Mapping[str, float] = field(default_factory=dict)
    """Seconds on a processor by process, where processes were named."""
    cold: bool = False
    """Over before all was ready: the warm-up is in it."""

    @property
    def cost(self) -> str:
        """Processor time for each: what a busy machine does to the rate, it does not do to this."""
        each = {name: used / self.done * 1e6 for name, used in self.busy.items() if self.done}
        shown = ", ".join(f"{name} {one:.0f}" for name, one in each.items())
        start = ", its start among it" if self.cold else ""
        return f"{sum(each.values()):.0f} µs of a core each ({shown}){start}"

    @property
    def rate(self) -> float:
        """Per second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0


async def span(
    count: Count,
    total: int,
    *,
    warm: float = 0.15,
    ready: Callable[[], Awaitable[bool]] | None = None,
    every_s: float = 0.2,
    limit_s: float = 300,
    pids: Mapping[str, int] | None = None,
) -> Span:
    """Watch `count` go to `total`. The clock starts at the first look at which a share of `warm` is done and all is
    `ready`: what comes before (imports, joining a group, cold caches) is not the work. `pids`: whose time to add up."""
    begun = time.perf_counter()
    first: tuple[int, float] | None = None
    used = busy(pids or {})
    while True:
        done, at = await count(), time.perf_counter()
        if done >= total:
            start, since = first or (0, begun)
            spent = {name: now - used.get(name, 0.0) for name, now in busy(pids or {}).items()}
            return Span(done - start, at - since, spent, cold=first is None)
        if first is None and done >= warm * total and (ready is None or await ready()):
            first, used = (done, at), busy(pids or {})
        if at - begun > limit_s:
            raise NotInTime(f"{done} of {total} after {limit_s:.0f} s")
        await asyncio.sleep(every_s)


async def until(ask: Callable[[], Awaitable[bool]], what: str, limit_s: float = 120, every_s: float = 0.1) -> None:
    """Return when the answer is true."""
    deadline = time.monotonic() + limit_s
    while not await ask():
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {limit_s:.0f} s")
        await asyncio.sleep(every_s)
