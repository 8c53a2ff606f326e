"""Refusals of publishers' pages."""

from __future__ import annotations

from shared.errors import Forbidden


class BrowserMayNotRead(Forbidden):
    """A key that stands in pages: whoever reads the page would read how much the firm sells."""

    slug, title = "browser-may-not-read", "A browser's key reads nothing"
