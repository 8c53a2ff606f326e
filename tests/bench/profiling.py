"""Where the time goes."""

from __future__ import annotations

from pathlib import Path

from tests.bench.ground import Ground
from tests.bench.size import Size
from tests.bench.table import Report


def profile(ground: Ground, size: Size, report: Report, folder: Path) -> None:
    """Nothing yet."""
