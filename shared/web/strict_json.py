"""JSON from outside: read strictly, so that nothing inside meets what PostgreSQL or a 64-bit integer cannot hold."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import orjson

DEEPEST = 32
_INT64 = 2**63
# orjson turns longer integers into floats. Only bytes with such a run of digits are parsed a second time.
_LONG_DIGITS = b"0" * 19
_DIGITS_TO_ZERO = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else ord(".") for byte in range(256))


class JsonFault(ValueError):
    """Why the bytes are refused. `where` is a JSON pointer, `readable` says that the syntax was right."""

    def __init__(self, what: str, cure: str, *, readable: bool = True) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure
        self.readable = readable
        self.path: list[str | int] = []

    @property
    def where(self) -> str:
        """JSON pointer (RFC 6901) to the fault."""
        return pointer(self.path)


def pointer(path: list[str | int] | tuple[str | int, ...]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def read_strict_json(raw: bytes) -> Any:
    """The value in `raw`, or JsonFault.

    Refused: anything but UTF-8, NaN and infinities, lone surrogates, NUL characters, integers outside 64 bits,
    nesting deeper than 32.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _unreadable(error, raw) from None
    # Walking a value in Python costs twenty times as much as reading it, so that is left for bytes which may hold
    # something odd. Only an escape makes a NUL character; orjson itself refuses numbers that are not finite.
    if b"\\u0000" in raw or (raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_deep(value)):
        _check(value, 1)
    if _LONG_DIGITS in raw.translate(_DIGITS_TO_ZERO):
        _check_exactly(raw)
    return value


def _is_deep(value: Any) -> bool:
    level = [value] if type(value) in (dict, list) else []
    for _ in range(DEEPEST):
        if not level:
            return False
        # Level by level, so that the work is done in comprehensions.
        level = [
            inner
            for outer in level
            if outer
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
    return bool(level)


def _check_exactly(raw: bytes) -> None:
    """With the standard library, which keeps integers of any length apart from floats."""
    _check(json.loads(raw, parse_int=_integer), 1)


def _unreadable(error: orjson.JSONDecodeError, raw: bytes) -> JsonFault:
    text = str(error)
    if "depth limit" in text:
        return _too_deep()
    if "infinity" in text:
        return _number_out_of_range(raw)
    if "surrogate" in text and "UTF-8" not in text:
        return JsonFault("a string holds half of a surrogate pair", "send whole Unicode characters", readable=False)
    if "UTF-8" in text:
        return JsonFault("the body is not UTF-8", "encode the body as UTF-8", readable=False)
    return JsonFault(f"the body is not JSON: {text}", "send one JSON value (RFC 8259)", readable=False)


def _number_out_of_range(raw: bytes) -> JsonFault:
    try:
        _check_exactly(raw)
    except JsonFault as fault:
        return fault
    except (ValueError, RecursionError):
        pass  # something else is wrong behind the number, so its place cannot be told
    return JsonFault("a number is too large", "send numbers within 64 bits")


def _too_deep() -> JsonFault:
    return JsonFault(f"nested deeper than {DEEPEST} levels", f"nest at most {DEEPEST} levels")


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str:
        if "\x00" in value:
            raise JsonFault("a string holds a NUL character", "remove the NUL character")
    elif kind is int:
        if not -_INT64 <= value < _INT64:
            _refuse_number()
    elif kind is dict or kind is list:
        if depth > DEEPEST:
            raise _too_deep()
        for key, item in value.items() if kind is dict else enumerate(value):
            try:
                if isinstance(key, str) and "\x00" in key:
                    raise JsonFault("a field's name holds a NUL character", "remove the NUL character")
                _check(item, depth + 1)
            except JsonFault as fault:
                fault.path.insert(0, key)
                raise
    elif kind is float and not math.isfinite(value):
        _refuse_number()


def _integer(digits: str) -> int:
    # Converting thousands of digits is slow; beyond twenty characters it is too large anyway.
    return int(digits) if len(digits) <= 20 else _INT64


def _refuse_number() -> NoReturn:
    raise JsonFault("an integer does not fit 64 bits", "send integers between -2^63 and 2^63-1")
