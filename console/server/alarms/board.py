"""Which alarms are open, and what has still to be told of them: opened once, cleared once, each by each way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from console.server.alarms.rules import STARTED, Finding
from shared.ids import new_id

# So often in a row it must be seen, and not be seen: a restart of a process is no alarm, and no all-clear.
SEEN, UNSEEN = 2, 3
KEEP_CLEARED = 100
GIVE_UP = timedelta(hours=24)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=5)

Way = Literal["mail", "webhook"]
WAYS: tuple[Way, ...] = ("mail", "webhook")
FAILS: Mapping[Way, str] = {"mail": "alarm-mail-fails", "webhook": "alarm-webhook-fails"}
_TRIES_UNTIL_IT_FAILS = 2
_RESTARTS_WITHIN = timedelta(minutes=15)


class Alarm(BaseModel):
    """One alarm, from its beginning to its end."""

    id: UUID = Field(default_factory=new_id)
    key: str
    what: str
    detail: str
    opened_at: datetime
    cleared_at: datetime | None = None


class Note(BaseModel):
    """Something to be told: that an alarm was opened or cleared. `open_ways` have not taken it yet."""

    id: UUID = Field(default_factory=new_id)
    kind: Literal["opened", "cleared", "test"]
    alarm: Alarm
    at: datetime
    open_ways: list[Way]
    tries: dict[Way, int] = {}
    next_try: dict[Way, datetime] = {}

    def is_due(self, way: Way, now: datetime) -> bool:
        """Whether it is to be tried now."""
        return way in self.open_ways and self.next_try.get(way, now) <= now


class Board(BaseModel):
    """All of it, as it is kept in a file. `counters` are the last values by process, `grown_at` says when one has grown
    last; `seen` and `unseen` count looks."""

    open: dict[str, Alarm] = {}
    cleared: list[Alarm] = []
    notes: list[Note] = []
    counters: dict[str, dict[str, float]] = {}
    grown_at: dict[str, tuple[datetime, str]] = {}
    restarts: dict[str, list[datetime]] = {}
    seen: dict[str, int] = {}
    unseen: dict[str, int] = {}

    def look(self, findings: Mapping[str, Finding], now: datetime, ways: list[Way]) -> None:
        """These are wrong now; what is new or over is to be told by these ways."""
        self.seen = {key: self.seen.get(key, 0) + 1 for key in findings}
        for key, finding in findings.items():
            self.unseen.pop(key, None)
            if key not in self.open and self.seen[key] >= SEEN:
                self.open[key] = Alarm(key=key, what=finding.what, detail=finding.detail, opened_at=now)
                self._tell("opened", self.open[key], now, ways)
        for key in [key for key in self.open if key not in findings]:
            self.unseen[key] = self.unseen.get(key, 0) + 1
            if self.unseen[key] >= UNSEEN:
                del self.unseen[key]
                alarm = self.open.pop(key).model_copy(update={"cleared_at": now})
                self.cleared = [alarm, *self.cleared][:KEEP_CLEARED]
                self._tell("cleared", alarm, now, ways)
        self.notes = [note for note in self.notes if note.open_ways and now - note.at < GIVE_UP]

    def restarted(self, process: str, started: float | None, now: datetime) -> int:
        """How often a process was started again within the last quarter of an hour, by the moment of its start."""
        known = self.counters.get(process, {}).get(STARTED)
        times = [at for at in self.restarts.get(process, []) if now - at < _RESTARTS_WITHIN]
        if started is not None and known is not None and started != known:
            times.append(now)
        self.restarts[process] = times
        return len(times)

    def tell_test(self, now: datetime, ways: list[Way]) -> Note:
        """A test that goes by all ways."""
        self._tell("test", Alarm(key="test", what="test", detail="", opened_at=now), now, ways)
        return self.notes[-1]

    def taken(self, note: Note, way: Way) -> None:
        """That way has taken it: never again."""
        note.open_ways = [other for other in note.open_ways if other != way]
        note.tries.pop(way, None)

    def failed(self, note: Note, way: Way, now: datetime) -> None:
        """It did not; later, and later each time."""
        note.tries[way] = note.tries.get(way, 0) + 1
        note.next_try[way] = now + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (note.tries[way] - 1))

    def failing(self) -> list[Finding]:
        """Ways that do not take what there is to tell: told by the other one only."""
        return [
            Finding(f"alarms/{way}", FAILS[way], f"{max(tries)} tries")
            for way in WAYS
            if (tries := [n for note in self.notes if (n := note.tries.get(way, 0)) >= _TRIES_UNTIL_IT_FAILS])
        ]

    def _tell(self, kind: Literal["opened", "cleared", "test"], alarm: Alarm, now: datetime, ways: list[Way]) -> None:
        # Whoever cannot be reached is not told so by the very same way.
        to = [way for way in ways if FAILS[way] != alarm.what]
        if to:
            self.notes.append(Note(kind=kind, alarm=alarm, at=now, open_ways=to))
