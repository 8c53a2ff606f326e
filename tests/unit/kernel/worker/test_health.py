"""How a stuck part is distinguished from an idle one."""

from __future__ import annotations

import pytest

from shared.worker.health import PartHealth


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
