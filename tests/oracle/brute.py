"""Does a segment's tree hold at a second? Each leaf looks at the full history, every time."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.world import Event, Tree, World, moment_of, second_of, seconds_in


def holds(tree: Tree, world: World, now: int) -> bool:
    """The truth of a tree at a second, over everything the world knows."""
    if "all" in tree:
        return all(holds(child, world, now) for child in tree["all"])
    if "any" in tree:
        return any(holds(child, world, now) for child in tree["any"])
    if "not" in tree:
        return not holds(tree["not"], world, now)
    if "segment" in tree:
        return holds(world.segments[tree["segment"]], world, now)
    if "attr" in tree:
        return attribute_holds(tree, world.attributes.get(tree["attr"]), now)
    if "score" in tree:
        return compare(tree["op"], world.scores.get(tree["score"]), tree.get("value"))
    if "consent" in tree:
        status, end = world.consents.get((tree["consent"]["channel"], tree["consent"]["purpose"]), ("unknown", None))
        return bool(tree["is"] == (status if end is None or now < end else "unknown"))
    if "list" in tree:
        end = world.lists.get(tree["list"], -1)
        return end is None or now < end
    if "bucket" in tree:
        text = f"{tree['bucket']['salt']}:{world.customer}"
        number = int(hashlib.sha256(text.encode()).hexdigest()[:15], 16) % 10_000
        return bool(tree["bucket"]["from"] <= number < tree["bucket"]["to"])
    events = sorted(world.events.values(), key=lambda event: (event.ts, event.id))
    if "sequence" in tree:
        return sequence_holds(tree["sequence"], events, now)
    if tree.get("net"):
        return net_holds(tree, events, now)
    if tree.get("agg") == "returned_share":
        return share_holds(tree, events, now)
    return event_holds(tree, [event for event in events if matches(tree, event)], now)


def matches(pattern: Tree, event: Event) -> bool:
    """Whether an event is of the kind and satisfies the condition."""
    return event.kind == pattern["event"] and condition(pattern.get("where", {"all": []}), event.props)


def condition(tree: Tree, props: dict[str, Any]) -> bool:
    """A `where` tree over an event's properties."""
    if "all" in tree:
        return all(condition(child, props) for child in tree["all"])
    if "any" in tree:
        return any(condition(child, props) for child in tree["any"])
    if "not" in tree:
        return not condition(tree["not"], props)
    return compare(tree["op"], props.get(tree["prop"]), tree.get("value"))


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "in": lambda left, right: left in right,
    "nin": lambda left, right: left not in right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "before": lambda left, right: left < right,
    "after": lambda left, right: left > right,
    "between": lambda left, right: right[0] <= left <= right[1],
    "contains": lambda left, right: right in left,
    "startswith": lambda left, right: left.startswith(right),
    "has_any": lambda left, right: any(item in left for item in right),
    "has_all": lambda left, right: all(item in left for item in right),
}


def compare(op: str, left: Any, right: Any) -> bool:
    """A comparison; a missing left side makes all false but `missing`."""
    if op == "missing" or left is None:
        return op == "missing" and left is None
    if op == "exists":
        return True
    return bool(OPERATORS[op](left, right))


def attribute_holds(leaf: Tree, value: Any, now: int) -> bool:
    """An attribute leaf; dates compare as seconds, and know ages, years and anniversaries."""
    op = leaf["op"]
    wanted: Any = leaf.get("value")
    if value is None or op in ("exists", "missing"):
        return compare(op, value, wanted)
    if op in ("age_gte", "age_lt"):
        older = now >= second_of(value) + seconds_in(wanted)
        return older if op == "age_gte" else not older
    if op in ("years_gte", "years_lt"):
        older = today(now, leaf.get("zone", "UTC")) >= birthday(value, wanted)
        return older if op == "years_gte" else not older
    if op == "anniversary":
        zone, before, after = leaf.get("zone", "UTC"), wanted.get("before", "P0D"), wanted.get("after", "P1D")
        birthdays = [birthday(value, years) for years in range(1, 60)]
        near = [day for day in birthdays if abs(day - today(now, zone)) < timedelta(days=320)]
        return any(begun(day, before, -1, now, zone) and not begun(day, after, 1, now, zone) for day in near)
    if leaf["attr"] in ("born", "joined"):
        wanted = [second_of(one) for one in wanted] if isinstance(wanted, list) else second_of(wanted)
        value = second_of(value)
    return compare(op, value, wanted)


def birthday(value: str, years: int) -> date:
    """The day that completes so many years."""
    born = date.fromisoformat(value[:10])
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February
        return date(born.year + years, 2, 28)


def today(second: int, zone: str) -> date:
    """What a calendar on a wall of the zone shows."""
    return moment_of(second).astimezone(ZoneInfo(zone)).date()


def begun(day: date, span: str, sign: int, now: int, zone: str) -> bool:
    """Whether the instant that lies a span before or after a day's beginning has come. Days are counted on the
    calendar; of seconds so many must have gone since the calendar first showed the day."""
    if not span.startswith("PT"):
        return today(now, zone) >= day + sign * timedelta(days=int(span[1:-1]))
    return today(now - sign * seconds_in(span), zone) >= day


def event_holds(leaf: Tree, events: list[Event], now: int) -> bool:
    """An event leaf over the matching events, ordered by time and id."""
    agg = leaf.get("agg", "count")
    if agg in ("first", "last"):
        if not events:
            return False
        event = events[0] if agg == "first" else events[-1]
        if "within" in leaf:
            return now < event.ts + seconds_in(leaf["within"])
        if "older_than" in leaf:
            return now >= event.ts + seconds_in(leaf["older_than"])
        return compare(leaf["op"], event.props.get(leaf["prop"]), leaf.get("value"))
    inside = [event for event in events if counts(leaf.get("window", {"ever": True}), event.ts, now)]
    if agg == "count":
        return compare(leaf["op"], len(inside), leaf["value"])
    values = [event.props[leaf["field"]] for event in inside if event.props.get(leaf["field"]) is not None]
    if agg == "distinct":
        return compare(leaf["op"], len(set(values)), leaf["value"])
    if agg == "sum":
        return compare(leaf["op"], sum(values), leaf["value"])
    if not values:
        return False
    if agg == "avg":
        number = len(values)
        scaled = [one * number for one in leaf["value"]] if leaf["op"] == "between" else leaf["value"] * number
        return compare(leaf["op"], sum(values), scaled)
    return compare(leaf["op"], min(values) if agg == "min" else max(values), leaf["value"])


def net_holds(leaf: Tree, events: list[Event], now: int) -> bool:
    """A count or sum of purchases, less that of returns under the same conditions and in the same window."""
    left: Any = 0
    for event in events:
        sign = {"purchase": 1, "return": -1}.get(event.kind, 0)
        if not condition(leaf.get("where", {"all": []}), event.props) or not counts(leaf["window"], event.ts, now):
            continue
        left += sign * ((event.props.get(leaf["field"]) or 0) if leaf["agg"] == "sum" else 1)
    return compare(leaf["op"], left, leaf["value"])


def share_holds(leaf: Tree, events: list[Event], now: int) -> bool:
    """What came back as a share of what was bought, in fractions of whole numbers; of nothing there is no share."""
    sums = {"purchase": 0, "return": 0}
    for event in events:
        if event.kind not in sums or not condition(leaf.get("where", {"all": []}), event.props):
            continue
        if counts(leaf["window"], event.ts, now):
            sums[event.kind] += event.props.get(leaf["field"]) or 0
    if sums["purchase"] <= 0:
        return False
    value = leaf["value"]
    wanted = [Fraction(str(one)) for one in value] if leaf["op"] == "between" else Fraction(str(value))
    return compare(leaf["op"], Fraction(sums["return"], sums["purchase"]), wanted)


def counts(window: Tree, ts: int, now: int) -> bool:
    """Whether an event at `ts` is inside the window now."""
    if "last" in window:
        return ts <= now < ts + seconds_in(window["last"])
    if "between_ago" in window:
        near, far = (seconds_in(one) for one in window["between_ago"])
        return ts + near <= now < ts + far
    if "calendar" in window:
        unit, which, zone = (window["calendar"].get(key, "UTC") for key in ("unit", "which", "zone"))
        return period(unit, zone, ts) == period(unit, zone, now, back=which == "last")
    start = second_of(window["from"]) if "from" in window else float("-inf")
    return start <= ts < (second_of(window["to"]) if "to" in window else float("inf"))


def period(unit: str, zone: str, second: int, back: bool = False) -> tuple[int, int]:
    """The name of the calendar period of a second, or of the one before it."""
    day = moment_of(second).astimezone(ZoneInfo(zone)).date()
    if back:
        day = {
            "day": lambda: day,
            "week": lambda: day - timedelta(days=day.weekday()),
            "month": lambda: day.replace(day=1),
            "quarter": lambda: date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
            "year": lambda: date(day.year, 1, 1),
        }[unit]() - timedelta(days=1)
    if unit == "week":
        return day.isocalendar()[:2]
    part = {"day": day.timetuple().tm_yday, "month": day.month, "quarter": (day.month - 1) // 3, "year": 0}[unit]
    return day.year, part


def sequence_holds(leaf: Tree, events: list[Event], now: int) -> bool:
    """Some first event of the last … was, or was not, followed by another in time."""
    within, without = seconds_in(leaf["within"]), "without" in leaf
    same = leaf.get("same")
    if same is not None:
        events = [event for event in events if event.props.get(same) is not None]
    for first in [event for event in events if matches(leaf["first"], event)]:
        if not first.ts <= now < first.ts + seconds_in(leaf["last"]):
            continue
        followed = any(
            matches(leaf["without" if without else "then"], event)
            and first.ts < event.ts < first.ts + within
            and (same is None or event.props[same] == first.props[same])
            for event in events
        )
        if (not followed and now >= first.ts + within) if without else followed:
            return True
    return False
