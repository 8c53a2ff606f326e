"""Catches a look at a file that costs as much as the file."""

from __future__ import annotations

from shared.files.sheets import shown_cells


def test_a_row_that_is_made_to_be_large_is_shown_in_part() -> None:
    shown = shown_cells(["x" * 100_000, *(["y"] * 1_000_000)])
    assert sum(map(len, shown)) < 2_000
    assert shown_cells(["Ada", "", "Bath"]) == ["Ada", "", "Bath"]
