"""Cursors whose key is one id."""

from __future__ import annotations

from uuid import UUID

from shared.web.paging import InvalidCursor, decode_cursor


def after_id(cursor: str | None) -> UUID | None:
    """The id after which a page begins. Raises InvalidCursor."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor).get("id")))
    except ValueError as error:
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from error


def after_number(cursor: str | None) -> int | None:
    """The number after which a page begins. Raises InvalidCursor."""
    if cursor is None:
        return None
    number = decode_cursor(cursor).get("id")
    if not isinstance(number, int):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after")
    return number
