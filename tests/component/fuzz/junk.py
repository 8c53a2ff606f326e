"""What no door should stumble over, and JSON written so that it can carry what Python's writer would refuse."""

from __future__ import annotations

import copy
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import uuid4


class Raw(str):
    """A piece of JSON text, written as it is."""

    __slots__ = ()


_TEXTS = (
    "", " ", "\t\r\n", "\x00", "a\x00b", "\x1b[31m", "x" * 10_000, "\u202eabc\u202c", "👩‍👩‍👧‍👦", "e" + "\u0301" * 60,
    "\ufeff", "\ufffe\uffff", "שלום", "İıſß", "%00", "%", "_", "'; drop table x; --", "../../etc/passwd", "<script>",
    "{{ 1 | divided_by: 0 }}", "{% for i in (1..1000000000) %}x{% endfor %}", "{{ 'x' | times: 99999999999 }}", "{%",
    "{{ a" + "[0]" * 2000 + " }}", "a@b\r\nBcc: c@d.test", "ada@" + "x" * 300 + ".test", "@", "null", "true", "NaN",
    "Infinity", "-0", "1e400", "9" * 400, "0x10", "١٢٣", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2016-12-31T23:59:60Z", "2024-02-30T00:00:00Z",
    "2024-06-01T12:00:00", "10000-01-01T00:00:00Z", "-0001-01-01", "2024-02-30", "9999-12-31", "0001-01-01",
    "24:00:00", "23:59:60", "P1D", "PT0S", "-P1D", "P99999999999999999999D", "P1Y2M", "P999999999D",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{urn:uuid:x}", "service", "email",
    "USD", "ZZZ", "Europe/Nowhere", "../UTC", "/etc/localtime", "en_XX", "+" + "1" * 40,
)  # fmt: skip
_OTHERS = (
    "null", "true", "false", "0", "-1", "1", "-0.0", "0.1", "1e308", "5e-324", "1e400", "-1e400", "9007199254740993",
    "2147483648", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1" + "0" * 400, "NaN",
    "Infinity", "[]", "{}", "[null]", "[[]]", '[""]', '{"":{}}', '{"\\u0000":1}', '{"__proto__":{}}', '"\\ud800"',
    '"\\udfff\\ud800"', '{"a":1,"a":2}', "[" * 40 + "]" * 40, "[" * 5000 + "]" * 5000, '{"not":' * 40 + "1" + "}" * 40,
    "[" + ",".join(["0"] * 2000) + "]", '"\\u0001"', "01", "+1", "'a'", "",
)  # fmt: skip
PIECES = tuple(Raw(json.dumps(text)) for text in _TEXTS) + tuple(Raw(text) for text in _OTHERS)

# As they stand in a URL.
WORDS = (
    "%00", "a%00b", "%ED%A0%80", "%FF%FE", "%F0%9F%91%A9", "%E2%80%AE", "x" * 600, "x" * 10_000, "-1", "0",
    "9223372036854775808", "1" + "0" * 400, "1e400", "NaN", "null", "%20", "..%2F..", "%25", "'", "not-a-uuid",
    "00000000-0000-0000-0000-000000000000", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00%2B14:00", "2016-12-31T23:59:60Z", "2024-06-01", "true", "open",
)  # fmt: skip
_FORGED: tuple[Any, ...] = (
    None, True, -1, 0, 2**63 - 1, -(2**63), 2**63, 1e308, "", "x", "9" * 400, [], {}, [[]], "\x00", "2024-06-01",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-06-01T00:00:00", str(uuid4()), "ZZZ",
)  # fmt: skip
_CURSOR_KEYS = ("id", "version", "time", "day", "currency", "name", "at", "customer_id", "since")


def cursor(rng: Random) -> str:
    """A cursor that nobody gave out, built like ours."""
    key = {name: rng.choice(_FORGED) for name in _CURSOR_KEYS if rng.random() < 0.9}
    if rng.random() < 0.5:
        key |= {"id": str(uuid4()), "time": "2024-06-01T00:00:00Z", "currency": "USD", "day": "2024-06-01"}
        key[rng.choice(list(key))] = rng.choice(_FORGED)
    raw = rng.choice([json.dumps(key), json.dumps(key), json.dumps(list(key)), "1", "{", "\xff"]).encode("latin-1")
    return urlsafe_b64encode(raw).decode().rstrip("=")


def written(value: Any) -> str:
    """JSON with its raw pieces."""
    match value:
        case Raw():
            return str(value)
        case dict():
            inner = ",".join(f"{json.dumps(name)}:{written(item)}" for name, item in value.items())
            return f"{{{inner}}}"
        case list():
            return f"[{','.join(map(written, value))}]"
        case _:
            return json.dumps(value)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from _places(item, (*path, name))


def broken(good: Any, rng: Random) -> bytes:
    """`good` with one place spoiled."""
    body = copy.deepcopy(good)
    *parents, last = rng.choice([path for path in _places(body) if path] or [(None,)])
    if last is None:
        return str(rng.choice(PIECES)).encode()
    holder = body
    for name in parents:
        holder = holder[name]
    match rng.randrange(12):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, dict):
            holder[rng.choice(["extra", "", "\x00", "x" * 10_000, "\u202e", str(last).upper()])] = rng.choice(PIECES)
        case 2:
            return _spoiled(written(body).encode(), rng)
        case 3:
            return str(rng.choice(PIECES)).encode()
        case _:
            holder[last] = rng.choice(PIECES)
    return written(body).encode()


def _spoiled(raw: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(raw))
    return rng.choice([
        raw[:at], raw[:at] + b"\xff" + raw[at:], raw[:at] + b"\xed\xa0\x80" + raw[at:],
        raw + raw, b"\xef\xbb\xbf" + raw,
        raw.decode().encode("utf-16"), b"", b"\x00" * 100, raw[:at] + b"\x00" + raw[at:],
    ])  # fmt: skip
