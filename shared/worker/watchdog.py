"""End a process that lives but does not work: a stopped event loop, a connection that never times out."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from shared.observability.logging import get_logger

log = get_logger(__name__)

LIMIT_S = 15.0
EXIT_CODE = 70
_EVERY_S = 1.0
# Later than a busy machine makes a thread: the process was stopped, or its machine was.
_STOOD_STILL_S = 3.0


class Watchdog:
    """A thread that ends the process when a part has not beaten for `limit_s` although its neighbours answer.

    A broker or database that is away is a transient error: the parts wait, and the process stays; when it is back they
    get their time anew. The event loop itself (part `loop`) has no such excuse. A neighbour may have several addresses
    (the brokers of a cluster); one that answers is enough.
    """

    def __init__(
        self,
        neighbours: Sequence[Sequence[tuple[str, int]]],
        *,
        limit_s: float = LIMIT_S,
        exit_process: Callable[[int], None] = os._exit,
    ) -> None:
        self._neighbours = neighbours
        self._limit = limit_s
        self._exit = exit_process
        self._beats: dict[str, float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def beat(self, part: str) -> None:
        """`part` made progress, or is waiting and knows it."""
        self._beats[part] = time.monotonic()

    def forget(self, part: str) -> None:
        """`part` has ended on purpose."""
        self._beats.pop(part, None)

    def ages(self) -> dict[str, float]:
        """Seconds since each part's last beat."""
        now = time.monotonic()
        return {part: now - at for part, at in list(self._beats.items())}

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """The process is ending by itself."""
        self._stopped.set()

    def _watch(self) -> None:
        began = time.monotonic()
        while not self._stopped.wait(_EVERY_S):
            self.look(late_s=time.monotonic() - began - _EVERY_S)
            began = time.monotonic()

    def look(self, late_s: float = 0.0) -> None:
        """Look once. If this very thread comes late, the whole process stood still, and so did its parts."""
        if late_s > _STOOD_STILL_S:
            self._excuse(list(self._beats))
        stuck = [part for part, age in self.ages().items() if age > self._limit]
        if not stuck:
            return
        if "loop" not in stuck and not all(any(map(_answers, addresses)) for addresses in self._neighbours):
            self._excuse(stuck)
        elif not self._stopped.is_set():
            log.critical("stuck", parts=stuck)
            self._exit(EXIT_CODE)

    def _excuse(self, parts: Sequence[str]) -> None:
        for part in parts:
            if part in self._beats:
                self.beat(part)


def addresses_of(url: str, default_port: int) -> list[tuple[str, int]]:
    """Host and port of a URL, or of each `host:port` in a list."""
    servers = [url] if "//" in url else [f"//{server.strip()}" for server in url.split(",")]
    return [(parts.hostname or "127.0.0.1", parts.port or default_port) for parts in map(urlsplit, servers)]


def _answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=2):
            return True
    except OSError:
        return False
