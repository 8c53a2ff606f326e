"""Stand-ins for what is outside the product: time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FixedClock:
    """A business clock that moves when told."""

    factor = 1.0

    def __init__(self, at: datetime = datetime(2017, 6, 1, 12, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at

    def wall_of(self, business: datetime) -> datetime:
        """The same: nobody asks how long business time takes."""
        return business

    def set(self, at: datetime) -> None:
        """Jump to `at`."""
        self.at = at

    def advance(self, **by: float) -> None:
        """Move on, by timedelta's words (`seconds=5`)."""
        self.at += timedelta(**by)
