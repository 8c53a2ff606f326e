"""Parses the leaves that look at the profile, consent, lists, other segments and chance."""

from collections.abc import Mapping
from math import inf
from typing import Any

from services.analytics.segments.domain.catalogue import DATES
from services.analytics.segments.domain.instants import DAY
from services.analytics.segments.domain.language.comparisons import OPERATORS, read_comparison
from services.analytics.segments.domain.language.nodes import (
    Age,
    Anniversary,
    Attribute,
    Bucket,
    Comparison,
    Consent,
    Leaf,
    ListMember,
    Score,
    Segment,
    Years,
)
from services.analytics.segments.domain.language.reading import Reader, offered
from services.analytics.segments.domain.language.windows import read_zone

AGE_OPS = frozenset({"age_gte", "age_lt", "years_gte", "years_lt", "anniversary"})
CONSENT = ("granted", "denied", "unknown")


def read_attribute(reader: Reader, raw: dict[str, Any], path: str) -> Leaf | None:
    """`{"attr": name, "op": …, "value": …}`; dates have ages, years and anniversaries as well."""
    body = reader.mapping(raw, path, ["attr", "op"], ["value", "ci", "zone"])
    name = (
        None if body is None else reader.known(body["attr"], f"{path}/attr", "attribute", reader.catalogue.attributes)
    )
    if body is None or name is None:
        return None
    kind = reader.catalogue.attributes[name]
    if kind in DATES and isinstance(body["op"], str) and body["op"] in AGE_OPS:
        return _by_time(reader, body, path, name)
    if "zone" in body:
        reader.wrong(f"{path}/zone", "only years and anniversaries have a zone", "remove 'zone'")
    allowed = OPERATORS[kind] | (AGE_OPS if kind in DATES else frozenset())
    if reader.choice(body["op"], f"{path}/op", allowed) is None:
        return None
    test = read_comparison(reader, body, path, name, kind)
    if test is not None:
        _check_values(reader, test, f"{path}/value", reader.catalogue.values)
    return None if test is None else Attribute(test)


def read_score(reader: Reader, raw: dict[str, Any], path: str) -> Leaf | None:
    """`{"score": name, "op": …, "value": …}`."""
    body = reader.mapping(raw, path, ["score", "op"], ["value", "ci"])
    name = None if body is None else reader.known(body["score"], f"{path}/score", "score", reader.catalogue.scores)
    test = None
    if body is not None and name is not None:
        test = read_comparison(reader, body, path, name, reader.catalogue.scores[name])
    if test is None:
        return None
    _check_values(reader, test, f"{path}/value", reader.catalogue.score_values)
    _check_bounds(reader, test, f"{path}/value")
    return Score(test)


def _check_bounds(reader: Reader, test: Comparison, path: str) -> None:
    """A score is never beyond its bounds."""
    low, high = reader.catalogue.score_bounds.get(test.name, (-inf, inf))
    for value in test.value if isinstance(test.value, tuple) else (test.value,):
        if isinstance(value, int | float) and not low <= value <= high:
            reader.wrong(path, f"{test.name!r} is never {value}", f"write a number from {low:g} to {high:g}")


def _check_values(reader: Reader, test: Comparison, path: str, values: Mapping[str, tuple[str, ...]]) -> None:
    """Of an attribute with few values another one is a mistake."""
    allowed = values.get(test.name)
    if allowed is None or test.op not in ("eq", "ne", "in", "nin"):
        return
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    for value in wanted:
        if (str(value).casefold() if test.ci else value) not in allowed:
            reader.wrong(path, f"{test.name!r} is never {value!r}", offered(value, allowed))


def _by_time(reader: Reader, body: dict[str, Any], path: str, name: str) -> Leaf | None:
    op = str(body["op"])
    if "ci" in body:
        reader.wrong(f"{path}/ci", "only texts have a case to ignore", "remove 'ci'")
    if "value" not in body:
        reader.wrong(path, "key 'value' is absent", "add the value to compare with")
        return None
    if op in ("age_gte", "age_lt"):
        if "zone" in body:
            reader.wrong(f"{path}/zone", "an age of exact length has no zone", "remove 'zone'")
        length = reader.duration(body["value"], f"{path}/value")
        return None if length is None else Age(name, op, length)
    zone = read_zone(reader, body.get("zone", "UTC"), f"{path}/zone")
    if op == "anniversary":
        return _anniversary(reader, body, path, name, zone)
    years = reader.integer(body["value"], f"{path}/value", 1, 150)
    return None if years is None or zone is None else Years(name, op, years, zone)


def _anniversary(reader: Reader, body: dict[str, Any], path: str, name: str, zone: str | None) -> Anniversary | None:
    spans = reader.mapping(body["value"], f"{path}/value", [], ["before", "after"])
    if spans is None or zone is None:
        return None
    before = reader.duration(spans.get("before", "P0D"), f"{path}/value/before", lowest=0)
    after = reader.duration(spans.get("after", "P1D"), f"{path}/value/after", lowest=0)
    if before is None or after is None:
        return None
    if not 0 < before + after <= 300 * DAY:
        reader.wrong(
            f"{path}/value",
            "the days around an anniversary must be more than 0 and fewer than 301",
            'write {"before": "P7D"}',
        )
        return None
    return Anniversary(name, before, after, zone)


def read_segment(reader: Reader, raw: dict[str, Any], path: str) -> Segment | None:
    """`{"segment": id}`."""
    body = reader.mapping(raw, path, ["segment"])
    name = (
        None if body is None else reader.known(body["segment"], f"{path}/segment", "segment", reader.catalogue.segments)
    )
    return None if name is None else Segment(name)


def read_consent(reader: Reader, raw: dict[str, Any], path: str) -> Consent | None:
    """`{"consent": {"channel": …, "purpose": …}, "is": "granted" | "denied" | "unknown"}`."""
    body = reader.mapping(raw, path, ["consent", "is"])
    if body is None:
        return None
    status = reader.choice(body["is"], f"{path}/is", CONSENT)
    inner = reader.mapping(body["consent"], f"{path}/consent", ["channel", "purpose"])
    if inner is None:
        return None
    channel = reader.known(inner["channel"], f"{path}/consent/channel", "channel", reader.catalogue.channels)
    purpose = reader.known(inner["purpose"], f"{path}/consent/purpose", "purpose", reader.catalogue.purposes)
    return Consent(channel, purpose, status) if channel and purpose and status else None


def read_list(reader: Reader, raw: dict[str, Any], path: str) -> ListMember | None:
    """`{"list": id}`."""
    body = reader.mapping(raw, path, ["list"])
    name = None if body is None else reader.known(body["list"], f"{path}/list", "list", reader.catalogue.lists)
    return None if name is None else ListMember(name)


def read_bucket(reader: Reader, raw: dict[str, Any], path: str) -> Bucket | None:
    """`{"bucket": {"salt": …, "from": 0, "to": 9000}}`, in hundredths of a percent."""
    body = reader.mapping(raw, path, ["bucket"])
    inner = None if body is None else reader.mapping(body["bucket"], f"{path}/bucket", ["salt", "from", "to"])
    if inner is None:
        return None
    salt = reader.text(inner["salt"], f"{path}/bucket/salt")
    start = reader.integer(inner["from"], f"{path}/bucket/from", 0, 9_999)
    end = reader.integer(inner["to"], f"{path}/bucket/to", 1, 10_000)
    if salt is None or start is None or end is None:
        return None
    if start >= end:
        reader.wrong(f"{path}/bucket", "the bucket is empty", "write 'from' below 'to'; 'to' itself is outside")
        return None
    return Bucket(salt, start, end)
