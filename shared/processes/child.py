"""Start, watch and end one supervised child process."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.processes.spawn import spawn

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_HEALTHY_AFTER = 30.0  # a process that ran so long is started again without a longer pause


@dataclass(frozen=True)
class Child:
    """What to run. With `heartbeat` set, the process finds it in HEARTBEAT_FILE and touches it each second."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    heartbeat: Path | None = None
    log: Path | None = None
    hang_after: float = 20.0
    first_beat_within: float = 60.0
    """Until the first touch: imports and migrations come before the event loop."""


@dataclass(frozen=True)
class ChildEvent:
    """Something that happened to a child: started, exited, hung or stopped."""

    child: str
    what: str
    pid: int
    status: int | None = None
    """Its exit status; negative for the signal that ended it."""


class ChildProcess:
    """One child and the process that runs it now."""

    def __init__(self, child: Child, on_event: Callable[[ChildEvent], None]) -> None:
        self.child = child
        self.starts = 0
        self._on_event = on_event
        self._pause = _FIRST_PAUSE
        self._start_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def tick(self, now: float) -> None:
        """Look at it once and do what is due."""
        if self.process is None:
            if now >= self._start_at:
                self._start(now)
        elif (status := self.process.poll()) is not None:
            self._notify("exited", status)
            self._pause = _FIRST_PAUSE if now - self._born > _HEALTHY_AFTER else self._pause
            self._start_at = now + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            self.process = None
        elif self._hangs(now):
            self._notify("hung")
            self._kill()

    def forgive(self, now: float) -> None:
        """Count the heartbeat from now: the supervisor itself was held up, and so, likely, was the child."""
        self._beat_at = now

    def _start(self, now: float) -> None:
        child = self.child
        env = {**os.environ, **child.env}
        if child.heartbeat is not None:
            child.heartbeat.parent.mkdir(parents=True, exist_ok=True)
            child.heartbeat.unlink(missing_ok=True)
            env["HEARTBEAT_FILE"] = str(child.heartbeat)
        with contextlib.ExitStack() as files:
            if child.log is not None:
                child.log.parent.mkdir(parents=True, exist_ok=True)
            output = None if child.log is None else files.enter_context(child.log.open("ab"))
            self.process = spawn(child.argv, env=env, output=output)
        self._born = self._beat_at = now
        self._beat: int | None = None
        self.starts += 1
        self._notify("started")

    def _hangs(self, now: float) -> bool:
        if self.child.heartbeat is None:
            return False
        try:
            beat: int | None = self.child.heartbeat.stat().st_mtime_ns
        except FileNotFoundError:
            beat = None
        if beat != self._beat:  # a change is what counts: the file's own time follows a clock that may be set
            self._beat, self._beat_at = beat, now
        return now - self._beat_at > (self.child.first_beat_within if self._beat is None else self.child.hang_after)

    def _notify(self, what: str, status: int | None = None) -> None:
        assert self.process is not None
        self._on_event(ChildEvent(self.child.name, what, self.process.pid, status))

    def end(self, deadline: float) -> None:
        """Wait for the end that SIGTERM asked for; at the deadline force it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._kill()
            self.process.wait()
        self._notify("stopped", self.process.returncode)
        self.process = None

    def _kill(self) -> None:
        """SIGKILL it and what it started: a child leads a session of its own."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
