"""Leaves over the profile, scores, consent, lists and chance."""

import hashlib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.analytics.segments.domain.engine.inputs import (
    AttributeChange,
    Change,
    ConsentChange,
    ListChange,
    ScoreChange,
    normal,
)
from services.analytics.segments.domain.engine.leaves.base import Answer, Data, Leaf, until
from services.analytics.segments.domain.engine.predicates import predicate
from services.analytics.segments.domain.instants import (
    DAY,
    NEVER,
    from_datetime,
    parse_date,
    parse_instant,
    to_datetime,
)
from services.analytics.segments.domain.language import nodes as n


class AttributeLeaf(Leaf):
    """Data: 1 when the truth differs from that of a missing value."""

    def __init__(self, node: n.Attribute | n.Score, id: int) -> None:
        super().__init__(node, id)
        self.name = node.test.name
        self.check = predicate(node.test)
        self.empty = self.check(None)

    def topics(self) -> tuple[object, ...]:
        return (("attr", self.name),)

    def take(self, data: Data, change: Change) -> Data:
        assert isinstance(change, AttributeChange | ScoreChange)
        return 1 if self.check(normal(change.value)) != self.empty else None

    def answer(self, data: Data, now: int) -> Answer:
        return (data is not None) != self.empty, NEVER


class ScoreLeaf(AttributeLeaf):
    """The same of a score: it stays until the next fit, whatever happens meanwhile."""

    def topics(self) -> tuple[object, ...]:
        return (("score", self.name),)


class AgeLeaf(Leaf):
    """Data: the instant of the date."""

    def __init__(self, node: n.Age, id: int) -> None:
        super().__init__(node, id)
        self.name, self.length, self.younger = node.name, node.length, node.op == "age_lt"

    def topics(self) -> tuple[object, ...]:
        return (("attr", self.name),)

    def take(self, data: Data, change: Change) -> Data:
        assert isinstance(change, AttributeChange)
        return parse_instant(change.value)

    def answer(self, data: Data, now: int) -> Answer:
        return (False, NEVER) if data is None else until(self.younger, data + self.length, now)

    def measure(self, data: Data, now: int) -> object:
        return None if data is None else {"age_seconds": (now - data) / 1_000_000}


class DateLeaf(Leaf):
    """Data: the date, as ISO text. Years and anniversaries are counted on the calendar of a zone."""

    def __init__(self, node: n.Years | n.Anniversary, id: int) -> None:
        super().__init__(node, id)
        self.name, self.zone = node.name, ZoneInfo(node.zone)

    def topics(self) -> tuple[object, ...]:
        return (("attr", self.name),)

    def take(self, data: Data, change: Change) -> Data:
        assert isinstance(change, AttributeChange)
        found = parse_date(change.value)
        return None if found is None else found.isoformat()

    def anniversary(self, day: date, year: int, later: int = 0) -> int:
        """The local midnight of an anniversary, or of a day so many days later; 29 February falls on the 28th in
        other years."""
        leap_day = day.month == 2 and day.day == 29
        fits = not leap_day or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
        found = date(year, day.month, day.day if fits else 28) + timedelta(days=later)
        return from_datetime(datetime(found.year, found.month, found.day, tzinfo=self.zone))

    def measure(self, data: Data, now: int) -> object:
        return data


class YearsLeaf(DateLeaf):
    """Completed years since a date."""

    def __init__(self, node: n.Years, id: int) -> None:
        super().__init__(node, id)
        self.years, self.younger = node.years, node.op == "years_lt"

    def answer(self, data: Data, now: int) -> Answer:
        if data is None:
            return False, NEVER
        day = date.fromisoformat(data)
        if day.year + self.years > 9_990:
            return self.younger, NEVER
        return until(self.younger, self.anniversary(day, day.year + self.years), now)


class AnniversaryLeaf(DateLeaf):
    """Now is near an anniversary; the day itself is no anniversary, the first is a year later.

    Whole days of the spans are days of the zone's calendar, from midnight to midnight: a birthday is over when its day
    is, also where that has 23 or 25 hours.
    """

    def __init__(self, node: n.Anniversary, id: int) -> None:
        super().__init__(node, id)
        self.before, self.after = divmod(node.before, DAY), divmod(node.after, DAY)

    def answer(self, data: Data, now: int) -> Answer:
        if data is None:
            return False, NEVER
        day = date.fromisoformat(data)
        this_year = to_datetime(now).year
        if day.year > this_year + 1_000:  # a typing error; the calendar ends with the year 9999
            return False, NEVER
        (days_before, rest_before), (days_after, rest_after) = self.before, self.after
        for year in range(max(day.year + 1, this_year - 1), max(day.year + 1, this_year + 2) + 1):
            start = self.anniversary(day, year, -days_before) - rest_before
            if now < start:
                return False, start
            end = self.anniversary(day, year, days_after) + rest_after
            if now < end:
                return True, end
        return False, NEVER


STATUS = {"unknown": 0, "granted": 1, "denied": 2}


class ConsentLeaf(Leaf):
    """Data: [status, expiry or 0]; nothing when unknown."""

    def __init__(self, node: n.Consent, id: int) -> None:
        super().__init__(node, id)
        self.pair, self.wanted = (node.channel, node.purpose), STATUS[node.status]

    def topics(self) -> tuple[object, ...]:
        return (("consent", *self.pair),)

    def take(self, data: Data, change: Change) -> Data:
        assert isinstance(change, ConsentChange)
        status = STATUS.get(change.status, 0)
        return [status, change.expires_at or 0] if status else None

    def answer(self, data: Data, now: int) -> Answer:
        if data is None:
            return self.wanted == 0, NEVER
        status, expiry = data
        if expiry and now >= expiry:
            return self.wanted == 0, NEVER
        changes = expiry and (status == self.wanted or self.wanted == 0)
        return status == self.wanted, expiry if changes else NEVER

    def trim(self, data: Data, now: int) -> Data:
        return None if data is not None and 0 < data[1] <= now else data


class ListLeaf(Leaf):
    """Data: [end or 0] while the customer is on the list."""

    def __init__(self, node: n.ListMember, id: int) -> None:
        super().__init__(node, id)
        self.list = node.id

    def topics(self) -> tuple[object, ...]:
        return (("list", self.list),)

    def take(self, data: Data, change: Change) -> Data:
        assert isinstance(change, ListChange)
        return [change.until or 0] if change.member else None

    def answer(self, data: Data, now: int) -> Answer:
        if data is None:
            return False, NEVER
        return until(True, data[0], now) if data[0] else (True, NEVER)

    def trim(self, data: Data, now: int) -> Data:
        return None if data is not None and 0 < data[0] <= now else data


def bucket_of(salt: str, customer: str) -> int:
    """The customer's bucket, 0 … 9,999: the first 60 bits of sha256("salt:customer") mod 10,000.

    PostgreSQL gives the same: `('x' || left(encode(sha256(convert_to(salt || ':' || id, 'UTF8')), 'hex'), 15))
    ::bit(60)::bigint % 10000`; hence sha256 and not a faster hash.
    """
    return int(hashlib.sha256(f"{salt}:{customer}".encode()).hexdigest()[:15], 16) % 10_000


class BucketLeaf(Leaf):
    """Data: 1 when the customer is in the bucket, for ever."""

    def __init__(self, node: n.Bucket, id: int) -> None:
        super().__init__(node, id)
        self.bucket = node

    def begin(self, customer: str) -> Data:
        return 1 if self.bucket.start <= bucket_of(self.bucket.salt, customer) < self.bucket.end else None

    def take(self, data: Data, change: Change) -> Data:
        return data  # listens to nothing

    def answer(self, data: Data, now: int) -> Answer:
        return data is not None, NEVER
