"""Catches advice that nobody can use, and advice that takes longer than the work."""

from __future__ import annotations

import time

import pytest

from shared.nearest import nearest

KNOWN = ["marketing", "news", "news.wine_club", "Order Completed", "course_booked", "offers"]


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("markting", "marketing"),
        ("nes", "news"),
        ("news.wineclub", "news.wine_club"),
        ("order completd", "Order Completed"),
        ("COURSE_BOOKED", "course_booked"),
        ("course booked", "course_booked"),
        ("ofers", "offers"),
        ("ofefrs", "offers"),
        ("weather", None),
        ("", None),
        ("m" * 10_000, None),
    ],
)
def test_what_is_mistyped_is_found_and_nothing_else(mistyped: str, meant: str | None) -> None:
    assert nearest(mistyped, KNOWN) == meant


def test_a_batch_of_names_made_to_be_slow_is_judged_at_once() -> None:
    """Catches a comparison that is quadratic in the names' length: this took `difflib` a minute of a core."""
    known = [f"somebody booked a course of kind {number:03d} at the shop in the inner city" for number in range(60)]
    names = [f"{number}{known[0][::-1]}" for number in range(500)]
    began = time.process_time()
    for name in names:
        nearest(name, known)
    assert time.process_time() - began < 3
