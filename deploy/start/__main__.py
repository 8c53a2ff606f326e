"""Command line: `python -m deploy.start`; `make start` calls it with ARGS. An empty installation on today's clock: the
same parts as `make run`, real time, no demonstration. It stays up, keeps its data, and goes on where it was."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from deploy.local.addresses import addresses
from deploy.local.errors import CannotStart
from deploy.local.hosting import Hosting, wipe
from deploy.local.installation import SERVICES, Plan
from deploy.start.check import CheckFailed, check
from deploy.start.restoring import fill_databases, put_back
from deploy.start.settings import FILE, load_settings


def main() -> int:
    """Start it and stay until Ctrl-C, or check it once; the exit status."""
    asked = _arguments()
    folder: Path = asked.folder or Path(".local/start-once" if asked.once else ".local/start")
    began = time.monotonic()
    stopped = threading.Event()

    def log(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    logging.getLogger("shared.processes.supervisor").addHandler(logging.NullHandler())
    # Python turns SIGTERM into nothing that `finally` would see; a Ctrl-C it does.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    hosting: Hosting | None = None
    try:
        if asked.once:
            wipe(folder)
        if asked.restore is not None:
            put_back(asked.restore, folder)
        settings = load_settings(folder)
        fill = None if asked.restore is None else partial(fill_databases, asked.restore, folder, asked.journal)
        hosting = Hosting(folder, log, Plan(env=settings), fill=fill)
        hosting.start()
        if asked.once:
            return _check(hosting, log)
        _welcome(hosting, folder, mail_server=settings.get("SMTP_HOST"))
        stopped.wait()
    except KeyboardInterrupt:
        return 130 if asked.once else 0
    except (CannotStart, CheckFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        # A second signal now would leave servers to be killed by the kernel.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if hosting is not None:
            hosting.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.start", description=__doc__)
    parser.add_argument("--once", action="store_true", help="start afresh, check, stop; the exit status tells")
    parser.add_argument("--folder", type=Path, help="where data is kept (.local/start, or .local/start-once)")
    parser.add_argument("--restore", type=Path, metavar="BACKUP", help="what `crm backup` wrote, on an empty machine")
    parser.add_argument("--journal", type=Path, help="with --restore: JOURNAL_FOLDER of what was lost")
    return parser.parse_args()


def _welcome(hosting: Hosting, folder: Path, mail_server: str | None) -> None:
    installation = hosting.installation
    assert installation is not None, "it is started"
    urls = {service: installation.url(service) for service in SERVICES}
    mail = f"is handed to {mail_server}" if mail_server else "stays in the inbox below"
    print(
        f"\nEverything is up, on today's clock. Mail {mail}.\n\n"
        f"{addresses(urls, hosting.inbox_page, hosting.console_page, installation.dsns.redis)}\n\n"
        f"  Keys for the APIs:         ./crm where --folder {folder}\n"
        f"  Mail server and settings:  {folder / FILE}\n\n"
        "Ctrl-C stops; the data stays, and the next start goes on from there.\n",
        flush=True,
    )


def _check(hosting: Hosting, log: Callable[[str], None]) -> int:
    assert hosting.installation is not None, "it is started"
    pages = [page for page in (hosting.inbox_page, hosting.console_page) if page]
    for line in asyncio.run(check(hosting.installation, pages)):
        log(f"ok: {line}")
    hosting.installation.wait_ready()
    ended = [name for name, status in hosting.installation.supervisor.status().items() if status.restarts]
    if ended:
        raise CheckFailed(
            f"ended and had to be started again: {', '.join(ended)}; see {hosting.installation.folder}/logs"
        )
    log("ok: all processes are ready, and none had to be started again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
