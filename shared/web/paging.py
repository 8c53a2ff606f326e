"""Keyset paging: a cursor holds the last row's key, so that pages stay right while rows come and go."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from shared.errors import Invalid
from shared.web.strict_json import JsonFault, read_strict_json

T = TypeVar("T")

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 500
_LONGEST_CURSOR = 2000
_LARGEST_NUMBER = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="how many at most")]
After = Annotated[
    str | None, Query(max_length=_LONGEST_CURSOR, description="`next` of the page before; the first page when absent")
]


class InvalidCursor(Invalid):
    """A cursor that we did not make."""

    slug, title = "invalid-cursor", "The cursor is not valid"


class Page(BaseModel, Generic[T]):
    """One page. `next` is the cursor of the following one, null on the last."""

    items: list[T]
    next: str | None = Field(description="pass as `after` for the following page; null on the last")


def encode_cursor(key: dict[str, Any]) -> str:
    """The key of the last row shown (dates and UUIDs become text)."""
    return urlsafe_b64encode(orjson.dumps(key, default=str)).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> dict[str, Any]:
    """What encode_cursor was given. Raises InvalidCursor."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        key = read_strict_json(raw)
    except (ValueError, JsonFault) as error:
        raise _invalid() from error
    if not isinstance(key, dict):
        raise _invalid()
    return key


def number_in(cursor: str | None, name: str) -> int | None:
    """The whole number that a cursor holds under `name`; None without a cursor. Raises InvalidCursor."""
    if cursor is None:
        return None
    value = decode_cursor(cursor).get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise _invalid()
    return value


def id_in(cursor: str | None, name: str = "id") -> UUID | None:
    """The id that a cursor holds under `name`; None without a cursor. Raises InvalidCursor."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor).get(name)))
    except ValueError:
        raise _invalid() from None


def text_in(cursor: str | None, name: str) -> str | None:
    """The text that a cursor holds under `name`; None without a cursor. Raises InvalidCursor."""
    if cursor is None:
        return None
    value = decode_cursor(cursor).get(name)
    if not isinstance(value, str) or "\x00" in value:
        raise _invalid()
    return value


def _invalid() -> InvalidCursor:
    return InvalidCursor(
        "This cursor was not given out by this list.",
        cure="Pass `next` of the page before unchanged, or leave it out for the first page.",
        where="query:after",
    )
