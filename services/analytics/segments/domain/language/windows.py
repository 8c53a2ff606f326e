"""Parses the `window` of an event leaf."""

from zoneinfo import ZoneInfo

from services.analytics.segments.domain.instants import DAY, write_duration
from services.analytics.segments.domain.language.nodes import BetweenAgo, Calendar, Fixed, Last, Window
from services.analytics.segments.domain.language.reading import Reader, shown

UNITS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
"""Calendar units with the most days that each can have."""


def read_window(reader: Reader, raw: object, path: str) -> Window | None:
    """The window of a leaf; None when there were problems. An absent window means ever."""
    found = _form(reader, raw, path)
    if found is not None:
        check_kept(reader, found, path)
    return found


def _form(reader: Reader, raw: object, path: str) -> Window | None:
    keys = set(raw) if isinstance(raw, dict) else set()
    if "last" in keys:
        return _last(reader, raw, path)
    if "between_ago" in keys:
        return _between_ago(reader, raw, path)
    if "calendar" in keys:
        return _calendar(reader, raw, path)
    if keys & {"from", "to"}:
        return _fixed(reader, raw, path)
    body = reader.mapping(raw, path, ["ever"])
    if body is None:
        return None
    if body["ever"] is not True:
        reader.wrong(
            f"{path}/ever", f"{shown(body['ever'])} is not possible here", "write true, or leave the window out"
        )
        return None
    return Fixed()


def _last(reader: Reader, raw: object, path: str) -> Last | None:
    body = reader.mapping(raw, path, ["last"])
    length = None if body is None else reader.duration(body["last"], f"{path}/last")
    return None if length is None else Last(length)


def _fixed(reader: Reader, raw: object, path: str) -> Fixed | None:
    body = reader.mapping(raw, path, [], ["from", "to"]) or {}
    ends = [reader.instant(body[key], f"{path}/{key}") if key in body else None for key in ("from", "to")]
    start, end = ends
    if ("from" in body and start is None) or ("to" in body and end is None):
        return None
    if start is not None and end is not None and start >= end:
        reader.wrong(path, "the window ends before it starts", "write 'from' before 'to'; 'to' itself is outside")
        return None
    return Fixed(start, end)


def _between_ago(reader: Reader, raw: object, path: str) -> BetweenAgo | None:
    body = reader.mapping(raw, path, ["between_ago"])
    items = None if body is None else reader.items(body["between_ago"], f"{path}/between_ago", 2, 2)
    if items is None:
        return None
    near, far = (reader.duration(item, f"{path}/between_ago/{index}", lowest=0) for index, item in enumerate(items))
    if near is None or far is None:
        return None
    if near >= far:
        reader.wrong(
            f"{path}/between_ago", "the nearer bound is not nearer", 'write the nearer first: ["P30D", "P90D"]'
        )
        return None
    return BetweenAgo(near, far)


def _calendar(reader: Reader, raw: object, path: str) -> Calendar | None:
    body = reader.mapping(raw, path, ["calendar"])
    inner = None if body is None else reader.mapping(body["calendar"], f"{path}/calendar", ["unit", "which"], ["zone"])
    if inner is None:
        return None
    unit = reader.choice(inner["unit"], f"{path}/calendar/unit", UNITS)
    which = reader.choice(inner["which"], f"{path}/calendar/which", ("this", "last"))
    zone = read_zone(reader, inner.get("zone", "UTC"), f"{path}/calendar/zone")
    return Calendar(unit, which, zone) if unit and which and zone else None


def read_zone(reader: Reader, raw: object, path: str) -> str | None:
    """The name of a time zone of the IANA database."""
    name = reader.text(raw, path)
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        reader.wrong(path, f"unknown time zone {name!r}", "use a name such as Europe/Berlin")
        return None
    return name


def check_kept(reader: Reader, window: Window, path: str) -> None:
    """Refuse a window that reaches further back than facts are kept: it could not be answered again."""
    kept = reader.catalogue.retention
    if kept is None:
        return
    reach = reach_of(window)
    if reach is None:
        reader.wrong(
            path, "the window is open, but facts are not kept for ever", f"use last: {write_duration(kept)} at most"
        )
    elif reach > kept:
        key = {Last: "/last", BetweenAgo: "/between_ago/1"}.get(type(window), "")
        reader.wrong(path + key, "the window is longer than facts are kept", f"use {write_duration(kept)} at most")


def reach_of(window: Window) -> int | None:
    """How far back from now a window reaches, in microseconds; None when there is no bound."""
    match window:
        case Last(length):
            return length
        case BetweenAgo(_, far):
            return far
        case Calendar(unit, which, _):
            return UNITS[unit] * DAY * (2 if which == "last" else 1)
        case Fixed(start, end):
            return None if start is None or end is None else end - start
