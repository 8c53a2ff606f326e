"""What is made before the first process starts."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.errors import CannotStart
from deploy.local.hosting import wipe
from deploy.local.keys import ROLES, load_keys
from deploy.local.preparing import CLOCK, remember_clock, start_clock
from shared.clock import ScaledClock
from tests.unit.demo.builders import START

FACTOR = 3600.0


def test_business_time_begins_where_it_is_told(tmp_path: Path) -> None:
    """Catches a first start that runs from today."""
    start_clock(tmp_path, FACTOR, START)
    assert START <= ScaledClock(tmp_path / CLOCK).now() < START + timedelta(days=2)


def test_business_time_goes_on_from_where_it_was(tmp_path: Path) -> None:
    """Catches a stop that lets business time jump, or begin again."""
    start_clock(tmp_path, FACTOR, START)
    remember_clock(tmp_path)
    stopped = json.loads((tmp_path / CLOCK).read_text())
    # Two machine days pass while nothing runs.
    (tmp_path / CLOCK).write_text(json.dumps({**stopped, "at": stopped["at"] - 2 * 86400}))
    start_clock(tmp_path, FACTOR, START)
    assert START <= ScaledClock(tmp_path / CLOCK).now() < START + timedelta(days=2)


def test_after_a_crash_business_time_never_goes_back(tmp_path: Path) -> None:
    """Catches events recorded before a crash that lie in the future after it."""
    start_clock(tmp_path, FACTOR, START)
    remember_clock(tmp_path, ahead_s=4)
    start_clock(tmp_path, FACTOR, START)
    assert ScaledClock(tmp_path / CLOCK).now() >= START + timedelta(hours=4)


def test_keys_are_made_once_and_no_two_are_equal(tmp_path: Path) -> None:
    """Catches a second start that locks everybody out."""
    first = load_keys(tmp_path)
    assert load_keys(tmp_path) == first
    assert len(set(first.values())) == len(ROLES) + 2


def test_only_a_folder_of_the_demonstration_is_wiped(tmp_path: Path) -> None:
    """Catches `--once --folder ~` that removes a home."""
    mine, home = tmp_path / "mine", tmp_path / "home"
    (mine / "stack").mkdir(parents=True)
    home.mkdir()
    (home / "thesis.txt").write_text("x")
    wipe(mine)
    assert not mine.exists()
    with pytest.raises(CannotStart):
        wipe(home)
    assert (home / "thesis.txt").exists()
    wipe(tmp_path / "absent")
