"""Two Faust workers that only count, over the topic that the analytics workers have read."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from tests.bench.ground import Ground, Site, ended, spawn
from tests.bench.measure import NotInTime

_QUIET_S = 4.0
_LONGEST_S = 240.0


async def faust_counts(ground: Ground, site: Site, least: int) -> float:
    """Events a second that two such workers count, from when both are at work; the warm-up is left out."""
    folder = site.installation.folder
    files = [folder / f"counted-{number}.txt" for number in range(2)]
    group = f"{site.prefix}counting"
    try:
        with contextlib.ExitStack() as stack:
            for file in files:
                stack.enter_context(ended(_start(ground, site, group, file)))
            return _rate(await _noted(files, least))
    finally:
        await _drop_changelog(ground, group)


def _start(ground: Ground, site: Site, group: str, file: Path) -> subprocess.Popen[bytes]:
    file.write_bytes(b"")
    argv = [sys.executable, "-m", "tests.bench.counting", ground.dsns.kafka, group, f"{site.prefix}interactions-events"]
    with file.with_suffix(".log").open("ab") as log:
        return spawn([*argv, str(file)], os.environ, log)


async def _noted(files: list[Path], least: int) -> list[list[tuple[float, int]]]:
    """The notes, once nothing is added for a while."""
    deadline, size, still = asyncio.get_running_loop().time() + _LONGEST_S, -1, 0.0
    while True:
        await asyncio.sleep(0.5)
        now = sum(file.stat().st_size for file in files)
        still = still + 0.5 if now == size and now else 0.0
        size = now
        notes = [_read(file) for file in files]
        if still >= _QUIET_S and sum(one[-1][1] for one in notes if one) >= 0.9 * least:
            return notes
        if asyncio.get_running_loop().time() > deadline:
            raise NotInTime("the counting workers did not finish")


def _read(file: Path) -> list[tuple[float, int]]:
    pairs = (line.split() for line in file.read_text().splitlines())
    return [(float(at), int(count)) for at, count in pairs]


def _rate(notes: list[list[tuple[float, int]]]) -> float:
    """While both were counting; of one alone when the other came too late."""
    working = [one for one in notes if len(one) > 1]
    start, end = max(one[0][0] for one in working), min(one[-1][0] for one in working)
    if len(working) < 2 or end <= start:
        longest = max(working, key=len)
        return (longest[-1][1] - longest[0][1]) / (longest[-1][0] - longest[0][0])
    done = 0
    for one in working:
        within = [count for at, count in one if start <= at <= end]
        done += within[-1] - within[0] if within else 0
    return done / (end - start)


async def _drop_changelog(ground: Ground, group: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=ground.dsns.kafka)
    await admin.start()
    try:
        own = [name for name in await admin.list_topics() if name.startswith(group)]
        if own:
            await admin.delete_topics(own)
    finally:
        await admin.close()
