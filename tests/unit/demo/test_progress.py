"""What is remembered between two runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from deploy.demo.progress import load
from deploy.demo.schedule import Published
from tests.unit.demo.builders import START


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """Catches a field that a restart forgets: the history would be loaded twice."""
    progress = load(tmp_path / "demo.json", 600, 1)
    progress.segments["Regulars"] = "0190b6a2-7c00-7000-8000-000000000001"
    progress.campaigns["Welcome"] = "0190b6a2-7c00-7000-8000-000000000002"
    progress.consents_given = True
    progress.history_until = progress.live_from = START
    progress.history_messages = 0
    progress.done = (START, "basket-1")
    progress.published = Published(Counter(http=3), 1, 2, Counter(omen=1), Counter(empty=4))
    progress.mails_read = 4711
    progress.responses["opened"] = 5
    progress.save()
    assert load(tmp_path / "demo.json", 600, 1) == progress


def test_a_sample_once_begun_stays(tmp_path: Path) -> None:
    """Catches a second run with other households over the first one's data."""
    load(tmp_path / "demo.json", 600, 1).save()
    again = load(tmp_path / "demo.json", 50, 2)
    assert (again.households, again.seed) == (600, 1)
