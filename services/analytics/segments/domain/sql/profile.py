"""Leaves over the profile, consent, lists and chance."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.analytics.segments.domain.catalogue import Type
from services.analytics.segments.domain.instants import DAY, from_datetime, to_datetime
from services.analytics.segments.domain.language import nodes as n
from services.analytics.segments.domain.sql.conditions import comparison
from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.people import ROOT, consent_tables, list_tables
from services.analytics.segments.domain.sql.scopes import Scope
from services.analytics.segments.domain.sql.values import attribute, calendar_day

ProfileLeaf = n.Attribute | n.Age | n.Years | n.Anniversary | n.Bucket


def of_profile(leaf: ProfileLeaf, parameters: Parameters, now: int) -> str:
    """The leaf's truth by `profile` (null columns when there is none) and `p.root`."""
    match leaf:
        case n.Attribute(test):
            return comparison(test, attribute(test.name, test.type, parameters), parameters)
        case n.Age(name, op, length):
            order = "<=" if op == "age_gte" else ">"
            born = attribute(name, Type.DATETIME, parameters)
            return f"coalesce(({born}) {order} {parameters.instant(now - length)}, false)"
        case n.Years(name, op, years, zone):
            order = "<=" if op == "years_gte" else ">"
            day = _later(calendar_day(name, parameters), parameters.add(years, "int"))
            return f"coalesce({day} {order} {parameters.day(today(zone, now))}, false)"
        case n.Anniversary():
            return _anniversary(leaf, parameters, now)
        case n.Bucket(salt, start, end):
            hashed = f"sha256(convert_to({parameters.text(f'{salt}:')} || cast(p.root as text), 'UTF8'))"
            number = f"mod(cast(cast('x' || left(encode({hashed}, 'hex'), 15) as bit(60)) as bigint), 10000)"
            return f"{number} between {parameters.add(start, 'bigint')} and {parameters.add(end - 1, 'bigint')}"


def consent_of(leaf: n.Consent, scope: Scope, parameters: Parameters, now: int) -> str:
    """A select of (root, l0) for customers with a record. Of merged records the first denial wins, else the newest."""
    denied = "(f.state = 'denied')"
    expired = f"coalesce(f.expires_at <= {parameters.instant(now)}, false)"
    status = f"case when {expired} or f.state not in ('granted', 'denied') then 'unknown' else f.state end"
    pair = f"f.channel = {parameters.text(leaf.channel)} and f.purpose = {parameters.text(leaf.purpose)}"
    oldest = f"case when {denied} then f.changed_at end, case when {denied} then f.customer_id end"
    return (
        f"select distinct on (root) {ROOT[type(scope)]} as root, {status} = {parameters.text(leaf.status)} as l0"
        f" from {consent_tables(scope)} where {pair}"
        f" order by root, {denied} desc, {oldest}, f.changed_at desc, f.customer_id desc"
    )


def list_of(leaf: n.ListMember, scope: Scope, parameters: Parameters, now: int) -> str:
    """A select of (root, l0) for customers on the list, by themselves or by one that stands for them."""
    valid = f"(f.expires_at is null or f.expires_at > {parameters.instant(now)})"
    on_list = f"f.list_id = {parameters.add(UUID(leaf.id), 'uuid')}"
    return (
        f"select distinct {ROOT[type(scope)]} as root, true as l0 from {list_tables(scope)} where {on_list} and {valid}"
    )


def today(zone: str, now: int) -> date:
    """The last day whose local midnight has come. Almost always the local date; not where a clock was set back
    over midnight."""
    day = to_datetime(now).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while midnight(day, zone) > now:
        day -= timedelta(days=1)
    return day


def midnight(day: date, zone: str) -> int:
    """The instant at which a day begins in a zone."""
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def _anniversary(leaf: n.Anniversary, parameters: Parameters, now: int) -> str:
    """Days around which now is: from the first whose end is to come to the last whose beginning has come.

    Whole days of the spans are days of the calendar, what is left of them is exact."""
    (days_before, rest_before), (days_after, rest_after) = divmod(leaf.before, DAY), divmod(leaf.after, DAY)
    last = today(leaf.zone, now + rest_before) + timedelta(days=days_before)
    first = today(leaf.zone, now - rest_after) + timedelta(days=1 - days_after)
    if first > last:
        return "false"
    born = calendar_day(leaf.name, parameters)
    between = f"between {parameters.day(first)} and {parameters.day(last)}"
    tests = []
    for year in range(first.year, last.year + 1):
        years = f"({parameters.add(year, 'int')} - cast(extract(year from {born}) as int))"
        tests.append(f"({years} > 0 and {_later(born, years)} {between})")
    return f"coalesce({' or '.join(tests)}, false)"


def _later(day: str, years: str) -> str:
    """The same day in another year; 29 February falls on the 28th where there is none."""
    return f"cast(({day}) + make_interval(years => {years}) as date)"
