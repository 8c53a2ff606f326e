"""What an installation needs before its first process starts, on one machine and in containers alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from deploy.local.errors import CannotStart, tail
from shared.clock import ScaledClock, save_clock

CLOCK, LAST_INSTANT = "clock.json", "clock.last"
_MIGRATION_S = 120


def migrate(environments: Mapping[str, Mapping[str, str]], logs: Path) -> None:
    """Newest schema and topics for each service, side by side; the value is a process's environment. Raises
    CannotStart with the log's end."""
    started = {service: _migration(service, env, logs) for service, env in environments.items()}
    for service, process in started.items():
        if process.wait(timeout=_MIGRATION_S) != 0:
            raise CannotStart(f"migrating {service} failed\n{tail(_log(service, logs))}")


def start_clock(folder: Path, factor: float, starts_at: datetime | None) -> None:
    """Business time runs from now on: from where it was when it stopped, a first time from `starts_at`."""
    last = folder / LAST_INSTANT
    if last.exists():
        business = datetime.fromisoformat(json.loads(last.read_text())["business"])
    else:
        assert starts_at is not None, "a scaled clock needs a first instant"
        business = starts_at
    save_clock(folder / CLOCK, business, factor)


def remember_clock(folder: Path, ahead_s: float = 0.0) -> None:
    """Keep the business instant, so that a stop does not let time jump. Whoever calls it every few seconds, for the
    case of a crash, adds them as `ahead_s` (machine time): after a crash time may skip a little, never go back."""
    if (folder / CLOCK).exists():
        clock = ScaledClock(folder / CLOCK)
        instant = clock.now() + timedelta(seconds=ahead_s * clock.factor)
        fresh = folder / f"{LAST_INSTANT}.new"
        fresh.write_text(json.dumps({"business": instant.isoformat()}))
        fresh.replace(folder / LAST_INSTANT)


def _migration(service: str, env: Mapping[str, str], logs: Path) -> subprocess.Popen[bytes]:
    log = _log(service, logs)
    log.parent.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "services.crm", "migrate", service]
    with log.open("ab") as output:
        return subprocess.Popen(argv, env={**os.environ, **env}, stdout=output, stderr=output)


def _log(service: str, logs: Path) -> Path:
    return logs / f"{service}.migrate.log"
