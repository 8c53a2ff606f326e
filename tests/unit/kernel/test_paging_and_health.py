"""Cursors, and how a stuck part is told from an idle one."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.web.paging import InvalidCursor, decode_cursor, encode_cursor
from shared.worker.health import PartHealth


def test_a_cursor_comes_back_as_it_was() -> None:
    key = {"id": UUID(int=5), "at": "2017-01-01", "n": 3}
    assert decode_cursor(encode_cursor(key)) == {**key, "id": str(UUID(int=5))}


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "bnVsbA", "WzFd", "ä", "eyJhIjoiXHUwMDAwIn0"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor)


@pytest.mark.parametrize(
    ("beat", "progress", "lag", "state"),
    [
        (0.1, 3600.0, 0, "idle"),
        (0.1, None, None, "beating"),
        (0.1, 0.5, 400, "working"),
        (0.1, 12.0, 1, "stuck"),
        (0.1, None, 1, "stuck"),
        (12.0, 0.5, 0, "silent"),
    ],
)
def test_stuck_has_work_and_does_none(beat: float, progress: float | None, lag: int | None, state: str) -> None:
    assert PartHealth("consumer", beat, progress, lag).describe()["state"] == state
