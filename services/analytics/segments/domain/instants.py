"""Instants and durations as integer microseconds: fast, exact, and without a zone to forget."""

import re
from datetime import UTC, date, datetime, timedelta

SECOND = 1_000_000
DAY = 86_400 * SECOND
NEVER = 1 << 62  # later than every instant; fits 64 bits

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
ISO = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-5]):[0-5][0-9])?)?"
)
"""The forms of ISO 8601 that count as a date or datetime: those which Python and PostgreSQL read alike."""
_ISO = re.compile(ISO)
_UNITS = (7 * 86_400, 86_400, 3_600, 60, 1)


def from_datetime(moment: datetime) -> int:
    """Microseconds since 1970 in UTC; a moment without an offset is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(instant: int) -> datetime:
    """The UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


def parse_instant(text: object) -> int | None:
    """An ISO 8601 date (midnight UTC) or datetime as an instant; None when it is neither."""
    moment = _parse(text)
    return None if moment is None else from_datetime(moment)


def parse_date(text: object) -> date | None:
    """The calendar date written in an ISO 8601 date or datetime; None when it is neither."""
    moment = _parse(text)
    return None if moment is None else moment.date()


def _parse(text: object) -> datetime | None:
    if not isinstance(text, str) or not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # 30 February
        return None


def parse_duration(text: object) -> int | None:
    """An ISO 8601 duration of exact length (weeks, days, hours, minutes, seconds) in microseconds, or None.

    Years and months are refused: they have no exact length, and `P1D` is always 86,400 seconds.
    """
    if not isinstance(text, str) or len(text) > 40:
        return None
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    seconds = sum(int(part) * unit for part, unit in zip(found.groups(), _UNITS, strict=True) if part)
    return seconds * SECOND


def write_duration(duration: int) -> str:
    """The canonical text of a duration: whole days as `PnD`, otherwise seconds as `PTnS`."""
    days, rest = divmod(duration, DAY)
    return f"PT{duration // SECOND}S" if rest or not days else f"P{days}D"


def write_instant(instant: int) -> str:
    """The canonical text of an instant: ISO 8601, UTC."""
    return to_datetime(instant).isoformat().replace("+00:00", "Z")
