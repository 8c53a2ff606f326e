"""Alarms: something that must never be so. Counted each time, and a critical log line once a minute for each kind."""

from __future__ import annotations

from typing import Any

from shared.clock import MACHINE
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

EVERY_S = 60.0


class Alarm:
    """One kind of alarm of this process; `name` is the metric's and the log line's."""

    def __init__(self, name: str, help: str) -> None:
        self._name = name
        self._raised = counter(name, help)
        self._next_line = float("-inf")
        # How often it was so, in this process.
        self.times = 0

    def sound(self, **fields: Any) -> None:
        """It is so."""
        self._raised.inc()
        self.times += 1
        now = MACHINE.monotonic()
        if now >= self._next_line:
            self._next_line = now + EVERY_S
            log.critical(self._name, **fields)
