"""What the load generator did, as it saw it: an append-only file, synced line by line, that survives any crash."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import orjson

Outcome = Literal["ok", "failed", "unknown"]


class History:
    """NDJSON. `ok`: confirmed; `failed`: refused, so it must appear nowhere; `unknown`: a timeout or a lost connection,
    so it may go either way."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._out = file.open("ab", buffering=0)

    def add(self, op: str, id: str, who: str, outcome: Outcome, **more: Any) -> None:
        """One attempt has ended."""
        self._out.write(orjson.dumps({"op": op, "id": id, "who": who, "outcome": outcome, **more}) + b"\n")
        os.fsync(self._out.fileno())

    def rows(self) -> list[dict[str, Any]]:
        """Every complete line so far."""
        return read_lines(self._file)

    def close(self) -> None:
        """No more attempts."""
        self._out.close()


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The complete lines of an NDJSON file; none when there is no file."""
    if not file.exists():
        return []
    return [orjson.loads(line) for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
