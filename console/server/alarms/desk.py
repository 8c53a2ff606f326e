"""Look at every process at intervals, keep which alarms are open, and tell of them until they are taken."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import httpx
from pydantic import ValidationError

from console.server.alarms.board import Board, Note, Way
from console.server.alarms.delivery import NOT_TAKEN, deliver, mail_of, post_webhook
from console.server.alarms.rules import (
    STARTED,
    Finding,
    findings_of_gauges,
    findings_of_health,
    growth,
    merged,
    values_of,
)
from console.server.alarms.settings import AlarmSettings, MailServer, read_settings, write_whole
from console.server.config import Settings
from shared.clock import MACHINE, SystemClock
from shared.observability.logging import get_logger

log = get_logger(__name__)

# Two looks until an alarm is one, and a try each: well within a minute.
EVERY_S = 10.0
# A counter that has grown is wrong for so long after its last growth.
_GROWN_FOR = timedelta(minutes=10)
_RESTARTS = 3


class AlarmDesk:
    """One process looks at a time; all of them show what it has written. `folder` is where it is kept."""

    def __init__(self, settings: Settings, probe: httpx.AsyncClient, folder: Path) -> None:
        self._settings, self.probe = settings, probe
        self._file, self._board_file, self._lock = (
            folder / "alarms.json",
            folder / "alarms-board.json",
            folder / "alarms.lock",
        )
        folder.mkdir(parents=True, exist_ok=True)
        # Looks and changes by hand go one after the other.
        self._turn = asyncio.Lock()

    @property
    def fallback(self) -> MailServer | None:
        """The installation's mail server, where none is set for alarms."""
        settings = self._settings
        if not settings.smtp_host:
            return None
        return MailServer(host=settings.smtp_host, port=settings.smtp_port, security=settings.smtp_security)

    def mail_server(self) -> MailServer:
        """Over which mails of the console go. Raises ValueError when there is none."""
        if (server := self.settings().server or self.fallback) is None:
            raise ValueError("there is no mail server for the console's mails")
        return server

    def settings(self) -> AlarmSettings:
        """Where alarms go."""
        return read_settings(self._file)

    def change(self, wanted: AlarmSettings) -> AlarmSettings:
        """Alarms go there from the next look on."""
        kept = wanted.takes_over(self.settings())
        write_whole(self._file, kept.model_dump_json())
        return kept

    def board(self) -> Board:
        """What is open, and what was."""
        try:
            return Board.model_validate_json(self._board_file.read_bytes())
        except FileNotFoundError:
            return Board()
        except ValidationError:
            log.error("alarm_board_not_read")
            return Board()

    async def run(self, besides: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """For ever: one look after the other, by one process of several; in that one `besides` runs too."""
        with self._lock.open("w") as lock:
            while not _is_ours(lock):
                await MACHINE.sleep(EVERY_S)
            other = asyncio.create_task(besides(), name="monday")
            try:
                while True:
                    try:
                        await self.look()
                    except OSError as error:
                        log.error("alarms_not_looked_after", error=type(error).__name__)
                    await MACHINE.sleep(EVERY_S)
            finally:
                other.cancel()

    async def look(self) -> Board:
        """One look, and a try for everything that is to be told."""
        states = await asyncio.gather(*(self._state_of(name, url) for name, url in self._addresses().items()))
        async with self._turn:
            now, board, settings = SystemClock().now(), self.board(), self.settings()
            findings = [finding for deep, values in states for finding in self._findings(board, deep, values, now)]
            board.look(merged([*findings, *board.failing()]), now, settings.ways(self.fallback))
            write_whole(self._board_file, board.model_dump_json())
            await self._tell(board, settings, now)
            write_whole(self._board_file, board.model_dump_json())
            return board

    async def test(self) -> Mapping[Way, str]:
        """A test by every way; "ok" or what was wrong, for each."""
        settings, now = self.settings(), SystemClock().now()
        note = Board().tell_test(now, settings.ways(self.fallback)) if settings.ways(self.fallback) else None
        if note is None:
            return {}
        found = await asyncio.gather(*(self._try(way, settings, note) for way in note.open_ways))
        return {way: error or "ok" for way, error in zip(note.open_ways, found, strict=True)}

    def _addresses(self) -> dict[str, str]:
        return dict(self._settings.health_urls)

    async def _state_of(self, name: str, url: str) -> tuple[tuple[str, Mapping[str, Any]], dict[str, float]]:
        try:
            answer = await self.probe.get(f"{url}/health/deep")
            deep = dict(answer.json())
            values = values_of((await self.probe.get(f"{url}/metrics")).text)
        except (httpx.HTTPError, ValueError) as error:
            return (name, {"status": "away", "error": type(error).__name__}), {}
        return (name, deep), values

    def _findings(
        self, board: Board, state: tuple[str, Mapping[str, Any]], values: Mapping[str, float], now: datetime
    ) -> list[Finding]:
        process, deep = state
        found = [*findings_of_health(process, deep), *findings_of_gauges(process, values)]
        # One start is an upgrade; the supervisor starts what its watchdog has ended again and again.
        if (times := board.restarted(process, values.get(STARTED), now)) >= _RESTARTS:
            found.append(Finding(f"{process}/restarts", "process-restarts", f"{process}: {times} times"))
        if values:
            service = process.partition(".")[0]
            for what, more in growth(board.counters.get(process, {}), values).items():
                board.grown_at[f"{service}/{what}"] = (now, f"{service}: {more:g} times")
            board.counters[process] = dict(values)
            for key, (at, detail) in list(board.grown_at.items()):
                if now - at > _GROWN_FOR:
                    del board.grown_at[key]
                elif key.startswith(f"{service}/"):
                    found.append(Finding(key, key.partition("/")[2], detail))
        return found

    async def _tell(self, board: Board, settings: AlarmSettings, now: datetime) -> None:
        # A way that fails is tried with one note at a time: a server that hangs must not hold up the look.
        for way in settings.ways(self.fallback):
            for note in [note for note in board.notes if note.is_due(way, now)]:
                if (error := await self._try(way, settings, note)) is None:
                    board.taken(note, way)
                    continue
                board.failed(note, way, now)
                log.warning("alarm_not_taken", way=way, error=error)
                break

    async def _try(self, way: Way, settings: AlarmSettings, note: Note) -> str | None:
        try:
            if way == "mail":
                await deliver(self.mail_server(), mail_of(settings, note, self._settings.public_url))
            else:
                await post_webhook(self.probe, settings, note)
        except NOT_TAKEN as error:
            return f"{type(error).__name__}: {error}"[:300]
        return None


def _is_ours(lock: IO[str]) -> bool:
    """Whether this process is the one that looks; until it ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
