"""Finds the process that lives but does not work: a stopped event loop, a connection that never times out."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from shared.logging import get_logger

log = get_logger(__name__)

LIMIT_S = 15.0
EXIT_CODE = 70


class Watchdog:
    """A thread that ends the process when a part has not beaten for `limit_s` although its neighbours answer.

    A broker or database that is away is weather: the parts wait, and the process stays. The event loop itself (part
    `loop`) has no such excuse.
    """

    def __init__(
        self,
        neighbours: Sequence[tuple[str, int]],
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
        while not self._stopped.wait(1.0):
            stuck = [part for part, age in self.ages().items() if age > self._limit]
            if not stuck:
                continue
            if "loop" in stuck or all(_answers(address) for address in self._neighbours):
                if self._stopped.is_set():
                    return
                log.critical("stuck", parts=stuck)
                self._exit(EXIT_CODE)
                return


def address_of(url: str, default_port: int) -> tuple[str, int]:
    """Host and port of a URL or of the first `host:port` in a list."""
    parts = urlsplit(url if "//" in url else f"//{url.split(',')[0]}")
    return parts.hostname or "127.0.0.1", parts.port or default_port


def _answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=2):
            return True
    except OSError:
        return False
