"""Facts that must outlive the database: written to files outside of it as soon as they are committed.

A restored database has forgotten what was said since its backup. Where the topics are gone as well (the whole machine
is), these files still tell who has refused, who was erased and what was handed over. They hold ids and keyed hashes, no
names and no addresses. Put the folder on another disk than the database's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.clock import MACHINE, SystemClock
from shared.contracts.envelope import Envelope, Fact, Unreadable, read_envelope
from shared.database.engine import Database, is_transient
from shared.ids import milliseconds_of
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

EVERY_S = 0.5
KEEP_DAYS = 60
# Rows become visible in the order of their commits, not of their ids: this many before the last are looked at again.
_BEHIND = 2_000
_PORTION = 2_000
# How far before the last line a process that starts reads again; what is written twice is known by its id.
_OVERLAP = timedelta(minutes=5)
_DAY = "%Y%m%d"

FAILING = gauge("journal_failing", "1 while facts that must outlive the database cannot be written beside it")

_ROWS = text("""
    select id, event_id from outbox
    where id > :after and day >= :day and type = any(cast(:types as text[])) order by id limit :most
""")
_VALUES = text("""
    select event_id, value from outbox where id = any(cast(:ids as bigint[])) and day >= :day order by id
""")


class JournalPart:
    """A part of the worker: appends the service's facts of some kinds to `<folder>/<service>-<day>.jsonl`, one process
    at a time, each line on the disk before the next look."""

    name = "journal"

    def __init__(
        self,
        folder: Path,
        service: str,
        kinds: Iterable[type[Fact]],
        wanted: Callable[[Envelope[Any]], bool] = lambda _: True,
    ) -> None:
        self._folder, self._service = folder, service
        self._known = {kind.TYPE: kind for kind in kinds}
        self._wanted = wanted
        self._after = 0
        self._since = datetime(2000, 1, 1, tzinfo=UTC)
        # Those of the rows that are looked at again.
        self._written: dict[UUID, int] = {}

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """For ever. A disk or a database that is away is waited for."""
        while True:
            beat()
            try:
                async with context.database.exclusive("journal") as mine:
                    if mine:
                        self.begin()
                    while mine:
                        beat()
                        await self.append(context.database)
                        FAILING.set(0)
                        await MACHINE.sleep(EVERY_S)
            except Exception as error:
                if not isinstance(error, OSError) and not is_transient(error):
                    raise
                FAILING.set(1)
                log.warning("journal_not_written", error=type(error).__name__)
            await MACHINE.sleep(2.0)

    async def append(self, database: Database) -> int:
        """Everything committed until now is in the files; how many lines are new."""
        total = 0
        while True:
            async with database.transaction() as tx:
                rows = await tx.rows(
                    _ROWS,
                    {
                        "after": max(0, self._after - _BEHIND),
                        "day": self._since.date(),
                        "types": list(self._known),
                        "most": _PORTION + _BEHIND,
                    },
                )
                # What was written already is looked at twice a second: its content stays where it is.
                fresh = [row for row in rows if row["event_id"] not in self._written]
                ids = [row["id"] for row in fresh]
                told = await tx.rows(_VALUES, {"ids": ids, "day": self._since.date()}) if ids else []
            lines = [row["value"] for row in told if self._is_wanted(row["event_id"], row["value"])]
            if lines:
                await asyncio.to_thread(self._write, lines)
            self._written |= {row["event_id"]: row["id"] for row in fresh}
            self._after = max([self._after, *(row["id"] for row in rows)])
            self._written = {id: at for id, at in self._written.items() if at > self._after - _BEHIND}
            total += len(lines)
            if len(rows) < _PORTION + _BEHIND:
                return total

    def begin(self) -> None:
        """From a little before the last line on."""
        self._after, self._written = 0, {}
        last = _last_line(self._folder, self._service)
        if last is not None:
            self._since = last - _OVERLAP

    def _is_wanted(self, event_id: UUID, value: bytes) -> bool:
        moment = milliseconds_of(event_id)
        if moment is not None and datetime.fromtimestamp(moment / 1000, UTC) < self._since:
            return False
        event = read_envelope(value, self._known)
        return event is not None and self._wanted(event)

    def _write(self, lines: Sequence[bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        today = SystemClock().now().date()
        file = self._folder / f"{self._service}-{today:{_DAY}}.jsonl"
        if not file.exists():
            file.touch(mode=0o600)
            _delete_old(self._folder, self._service, today)
        with file.open("ab") as output:
            # A line that a crash has torn must not swallow this one.
            output.write(b"\n" + b"\n".join(lines) + b"\n")
            output.flush()
            os.fsync(output.fileno())


def read_journal(folder: Path, service: str, kinds: Iterable[type[Fact]]) -> Iterator[Envelope[Any]]:
    """What the files tell of a service, the oldest first, each fact once. A torn line is passed over."""
    known, seen = {kind.TYPE: kind for kind in kinds}, set()
    for file in _files(folder, service):
        with file.open("rb") as lines:
            for line in lines:
                event = _read(line, known)
                if event is not None and event.id not in seen:
                    seen.add(event.id)
                    yield event


def _read(line: bytes, known: dict[str, type[Fact]]) -> Envelope[Any] | None:
    if not line.strip():
        return None
    try:
        return read_envelope(line, known)
    except Unreadable:
        return None


def _files(folder: Path, service: str) -> list[Path]:
    return sorted(folder.glob(f"{service}-[0-9]*.jsonl"))


def _last_line(folder: Path, service: str) -> datetime | None:
    """When the newest file was written last."""
    files = _files(folder, service)
    return datetime.fromtimestamp(files[-1].stat().st_mtime, UTC) if files else None


def _delete_old(folder: Path, service: str, today: date) -> None:
    oldest = f"{service}-{today - timedelta(days=KEEP_DAYS):{_DAY}}.jsonl"
    for file in _files(folder, service):
        if file.name < oldest:
            file.unlink()
