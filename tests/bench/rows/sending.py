"""An audience at once: gate, cards, permits and ledger on, beside a bare client of the mail server."""

from __future__ import annotations

import asyncio
import time

import aiosmtplib
import psutil

from services.campaigns.config import Settings
from tests.bench.load import address
from tests.bench.market import LETTER_BYTES, Market
from tests.bench.measure import NotInTime
from tests.bench.size import Size
from tests.bench.table import Row

_LONGEST_S = 400.0
_SILENT_S = 30.0


async def measure(market: Market, size: Size) -> list[Row]:
    """A one-off to everybody who called within a year."""
    numbers = await market.customers(size.audience)
    segment = await market.segment(
        "Callers", {"event": "contact", "agg": "count", "window": {"last": "P365D"}, "op": "gte", "value": 1}
    )
    campaign = await market.campaign("News", {"kind": "one_off", "segment_id": segment})
    market.sink.accepted()
    audience = (await market.call("GET", "analytics", f"/segments/{segment}", "marketing"))["members"]
    begun, busy = time.time(), _busy(market)
    await market.act(campaign, "start")
    times = await _arrivals(market, audience, begun)
    spent_us = (_busy(market) - busy) / len(times) * 1e6
    rate = len(times) / (times[-1] - begun)
    steady = (len(times) - 1 - len(times) // 10) / (times[-1] - times[len(times) // 10])
    bare = await _bare(market, min(len(numbers), 20_000))
    return [
        Row("sending", f"audience of {len(times):,}, from the start to the last", rate, "messages/s", bare,
            "bare client, as many connections, same server", target=2_000, target_ratio=0.5,
            note=f"first after {times[0] - begun:.1f} s, then {steady:,.0f}/s; one sender"),
        Row("sending", "processor of all processes but the mail server's", spent_us, "us/message", target=800,
            less_is_better=True, note="gate, cards, permits, ledger, letters, and the echo of each exposure meanwhile"),
    ]  # fmt: skip


def _busy(market: Market) -> float:
    """Seconds of processor that the whole machine has spent, without the mail server and this process."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    others = [psutil.Process(market.sink.pid), psutil.Process()]
    return float(sum(times[:8]) - idle - sum(sum(process.cpu_times()[:2]) for process in others))


async def _arrivals(market: Market, wanted: int, begun: float) -> list[float]:
    """When each was accepted; a customer at most once."""
    found: dict[str, float] = {}
    deadline = time.monotonic() + _LONGEST_S
    while len(found) < wanted:
        for at, who in market.sink.accepted():
            found.setdefault(who, at)
        if time.monotonic() > deadline or (time.time() - max(found.values(), default=begun)) > _SILENT_S:
            raise NotInTime(f"{len(found)} of {wanted} messages, and no more")
        await asyncio.sleep(0.1)
    return sorted(found.values())


async def _bare(market: Market, count: int) -> float:
    """A library's client, as many connections as the product uses, a letter of the same size, nothing else."""
    connections = int(Settings.model_fields["smtp_connections"].default)
    host, port = market.sink.address
    letter = b"From: a@example.test\r\nTo: b@example.test\r\nSubject: Hello\r\n\r\n" + b"x" * LETTER_BYTES + b"\r\n"
    numbers = iter(range(count))

    async def client() -> None:
        smtp = aiosmtplib.SMTP(hostname=host, port=port)
        await smtp.connect()
        for number in numbers:
            await smtp.sendmail("a@example.test", [address(number)], letter)
        await smtp.quit()

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    return count / (time.perf_counter() - begun)
