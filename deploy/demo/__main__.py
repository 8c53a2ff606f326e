"""Command line: `python -m deploy.demo`; `make run` calls it with ARGS."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.demo.doors import Unexpected
from deploy.demo.drained import NotDrained
from deploy.demo.grocery import LIVE_FROM, data_folder
from deploy.demo.messages import PUBLISHERS
from deploy.demo.places import Places, of_environment, of_hosting
from deploy.demo.progress import Progress
from deploy.demo.progress import load as load_progress
from deploy.demo.show import Loaded, Show, load
from deploy.demo.summary import as_text
from deploy.demo.view import View
from deploy.demo.welcome import addresses
from deploy.local.errors import CannotStart
from deploy.local.hosting import Hosting, wipe
from deploy.local.installation import Plan

_ONCE_LIVE_MINUTES = 2.0
_TIDY_S = 3.0
_INTERRUPTED = 130


def main() -> int:
    """Run the demonstration; the exit status."""
    asked = _arguments()
    folder: Path = asked.folder or Path(".local/once" if asked.once else ".local/run")
    view = View()
    # The view shows what happens to processes; the supervisor's own log would repeat it.
    logging.getLogger("shared.processes.supervisor").addHandler(logging.NullHandler())
    # Python turns SIGTERM into nothing that `finally` would see; a Ctrl-C it does.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    hosting = Hosting(folder, view.log, Plan(factor=asked.factor, starts_at=LIVE_FROM, tills=[PUBLISHERS["kafka"]]))
    try:
        data_folder()
        if asked.once and not asked.connect:
            wipe(folder)
        return _run(asked, folder, hosting, view)
    except KeyboardInterrupt:
        view.log("Stopped.")
        return _INTERRUPTED if asked.once else 0
    except (CannotStart, Unexpected, NotDrained, FileNotFoundError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        # A second signal now would leave servers to be killed by the kernel.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        hosting.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end by itself with a summary and an exit status")
    parser.add_argument("--factor", type=float, default=3600.0, help="business seconds per second")
    parser.add_argument("--households", type=int, default=600, help="how many of the 2,469; 0 for all")
    parser.add_argument("--live-minutes", type=float, help=f"end the live part then (--once: {_ONCE_LIVE_MINUTES:g})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where data is kept (.local/run, or .local/once, made afresh)")
    parser.add_argument("--json", type=Path, help="where the summary goes besides (summary.json in the folder)")
    parser.add_argument("--connect", action="store_true", help="use what the environment names; start nothing")
    return parser.parse_args()


def _run(asked: argparse.Namespace, folder: Path, hosting: Hosting, view: View) -> int:
    own = Path(os.environ["STATE"]) if asked.connect else folder
    own.mkdir(parents=True, exist_ok=True)
    progress = load_progress(own / "demo.json", asked.households, asked.seed)
    with ThreadPoolExecutor(1) as pool:
        # Reading a million lines takes some seconds, in which the servers start.
        loading = pool.submit(load, progress.households, progress.seed, LIVE_FROM, progress.history_until is None)
        places = of_environment(os.environ) if asked.connect else of_hosting(hosting)
        addresses(places, view)
        loaded = loading.result()
    summary = asyncio.run(_show(asked, places, progress, loaded, view))
    if summary is None:
        return _INTERRUPTED if asked.once else 0
    text = json.dumps(summary, indent=1)
    for file in {own / "summary.json", asked.json or own / "summary.json"}:
        file.write_text(text + "\n")
    print(f"\n{as_text(summary)}\n\nAs JSON: {asked.json or own / 'summary.json'}")
    return 0 if summary["ok"] else 1


async def _show(
    asked: argparse.Namespace, places: Places, progress: Progress, loaded: Loaded, view: View
) -> dict[str, Any] | None:
    """The summary of a run that ends by itself; None after a Ctrl-C."""
    loop, stop, interrupted = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def interrupt() -> None:
        interrupted.set()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    async with Show(places, progress, loaded, view) as show:
        course = asyncio.create_task(_course(show, asked, stop, interrupted))
        await asyncio.wait({course, asyncio.create_task(interrupted.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if not course.done():
            # The live part ends tidily by itself; whatever comes before it is cut short.
            await asyncio.wait({course}, timeout=_TIDY_S)
            course.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            return await course
    return None


async def _course(
    show: Show, asked: argparse.Namespace, stop: asyncio.Event, interrupted: asyncio.Event
) -> dict[str, Any] | None:
    await show.set_up()
    await show.publish_history()
    if not asked.once:
        show.show_commands()
    minutes = asked.live_minutes or (_ONCE_LIVE_MINUTES if asked.once else None)
    if minutes is not None:
        asyncio.get_running_loop().call_later(minutes * 60, stop.set)
    await show.live(stop)
    return None if interrupted.is_set() else await show.finish()


if __name__ == "__main__":
    sys.exit(main())
