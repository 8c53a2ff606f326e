"""The local stack in a folder that others may not enter, such as a checkout in root's home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("capabilities", ["all", "contained"])
def test_postgresql_starts_in_a_closed_folder(capabilities: str, tmp_path: Path) -> None:
    """Catches `make run` as root that ends with initdb's "Permission denied": programs and data lie in a folder of
    mode 700, with all of root's capabilities and with those of a plain container."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    words = [
        sys.executable,
        "-m",
        "tests.component.postgres_in",
        str(home),
        *([capabilities] * (capabilities != "all")),
    ]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=100)
    assert ended.stdout == "started\n", ended.stderr
