"""Quiet hours in the customer's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No messages from `start` until `end`, local wall time; over midnight when `end` is earlier."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours that start when they end would last for ever or never")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("quiet hours are local times, without a zone")

    def holds(self, local: time) -> bool:
        """Whether this wall time is quiet; the end itself no longer is."""
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


def end_of_quiet(quiet: QuietHours | None, now: datetime, zone: tzinfo) -> datetime:
    """`now` when it is not quiet there, else the instant (UTC) at which the quiet hours end.

    An end that a clock change skips is the first instant after the gap; of an end that comes twice the next is meant.
    """
    local = now.astimezone(zone)
    if quiet is None or not quiet.holds(local.time()):
        return now
    day = local.date() + timedelta(days=1 if local.time() >= quiet.end else 0)
    wall = datetime.combine(day, quiet.end)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        return _end_of_gap(second, first, zone)
    return next((end for end in (first, second) if end > now), now)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant at which the clock goes forward between these two, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
