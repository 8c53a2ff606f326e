"""`python -m tests.bench [--short] [--only NAME] [--folder DIR]`: measure, print one table, keep it in the folder."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Awaitable
from functools import lru_cache
from pathlib import Path

import uvloop

from tests.bench import profiling
from tests.bench.ground import Ground
from tests.bench.machine import describe, load
from tests.bench.market import Market, open_market
from tests.bench.rows import ALONE, NAMES, SHARED
from tests.bench.size import FULL, SHORT, Size
from tests.bench.table import Failure, Report, Row

# A group that hangs must not cost the others their turn.
_LONGEST_S = 600


def main() -> int:
    """Measure what the command line names; 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a quick look: two minutes instead of twenty-five")
    parser.add_argument("--only", action="append", choices=NAMES, help="this group; may be given several times")
    parser.add_argument("--folder", type=Path, default=Path(".local/bench"), help="servers, table and profiles")
    parser.add_argument("--profiles", action="store_true", help="profile the two slowest also of a quick look")
    args = parser.parse_args()
    size = SHORT if args.short else FULL
    # New topics have no leader for a moment; the client tries again, and says so for each partition.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # in an orderly way: nothing is left running
    args.folder.mkdir(parents=True, exist_ok=True)
    report = Report({})
    try:
        with Ground(args.folder) as ground:
            report.machine = {**uvloop.run(describe(ground.dsns)), "size": "a quick look" if args.short else "in full"}
            _all(ground, size, args, report)
    finally:
        # Also when it is told to stop: what was measured until then is kept.
        report.machine = {**report.machine, "load after": load()}
        (args.folder / "bench.md").write_text(report.markdown())
        (args.folder / "bench.json").write_text(report.json())
        sys.stdout.write("\n" + report.markdown())
    return 1 if report.failures else 0


def _all(ground: Ground, size: Size, args: argparse.Namespace, report: Report) -> None:
    with contextlib.ExitStack() as held:
        for name in NAMES:
            if not args.only or name in args.only:
                _measure(ground, held, size, name, report)
    for group in profiling.slowest(report) if args.profiles or not args.short else []:
        with profiling.profiled(ground, group, args.folder), contextlib.ExitStack() as held:
            _measure(ground, held, SHORT, group.replace(" ", "-"), Report({}))


def _measure(ground: Ground, held: contextlib.ExitStack, size: Size, name: str, report: Report) -> None:
    begun = time.monotonic()
    try:
        work = ALONE[name](ground, size) if name in ALONE else SHARED[name](_market(ground, held), size)
        rows = uvloop.run(_bounded(work))
    except Exception as error:
        report.failures.append(Failure(name, f"{type(error).__name__}: {error}"))
        rows = []
    report.rows += rows
    state = f"{len(rows)} figures" if rows else "not measured"
    sys.stderr.write(f"{name}: {state}, {time.monotonic() - begun:.0f} s\n")


@lru_cache(1)
def _market(ground: Ground, held: contextlib.ExitStack) -> Market:
    return open_market(ground, held)


async def _bounded(work: Awaitable[list[Row]]) -> list[Row]:
    return await asyncio.wait_for(work, _LONGEST_S)


if __name__ == "__main__":
    sys.exit(main())
