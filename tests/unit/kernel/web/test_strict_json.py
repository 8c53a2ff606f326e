"""What the doors let in as JSON."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.strict_json import DEEPEST, JsonFault, read_strict_json


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("raw", "where", "readable"),
    [
        (b'{"lines":[{"sku":"a\\u0000b"}]}', "/lines/0/sku", True),
        (b'{"a\\u0000":1}', "/a\x00", True),
        (b'{"a":[1,{"b/c~d":9223372036854775808}]}', "/a/1/b~1c~0d", True),
        (b'{"amount":99999999999999999999}', "/amount", True),
        (b'{"amount":-9223372036854775809}', "/amount", True),
        (b'{"amount":' + b"9" * 5000 + b"}", "/amount", True),
        (b'{"amount":1e400}', "/amount", True),
        (b'{"amount":1e400,', "", True),
        (nested(DEEPEST + 1), "/0" * DEEPEST, True),
        (nested(100_000), "", True),
        (b'{"a":NaN}', "", False),
        (b'{"a":-Infinity}', "", False),
        (b'"\\ud800"', "", False),
        (b'"\xff"', "", False),
        (b'"\xed\xa0\x80"', "", False),
        (b'"a\x00b"', "", False),
        (b"{'a':1}", "", False),
        (b'{"a":1,}', "", False),
        (b'{"a":1} x', "", False),
        (b"", "", False),
    ],
)
def test_what_nothing_inside_could_hold_is_refused_with_its_place(raw: bytes, where: str, readable: bool) -> None:
    with pytest.raises(JsonFault) as caught:
        read_strict_json(raw)
    assert (caught.value.where, caught.value.readable) == (where, readable)
    assert caught.value.what
    assert caught.value.cure


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (nested(DEEPEST), None),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b'"1234567890123456789012345"', "1234567890123456789012345"),
        (b"1234567890123456789.5", 1234567890123456789.5),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"null", None),
    ],
)
def test_what_fits_is_let_in(raw: bytes, value: Any) -> None:
    parsed = read_strict_json(raw)
    assert value is None or parsed == value


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(values)
def test_every_storable_value_passes_unchanged(value: Any) -> None:
    assert read_strict_json(orjson.dumps(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_fault_and_never_another_error(raw: bytes) -> None:
    with suppress(JsonFault):
        read_strict_json(raw)
