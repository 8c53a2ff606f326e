"""The keys inside the cursors that privacy gives out."""

from __future__ import annotations

from uuid import UUID

from shared.web.paging import InvalidCursor, decode_cursor

_LARGEST = 2**63 - 1


def number_in(cursor: str | None, name: str) -> int | None:
    """The whole number under `name`; None without a cursor. Raises InvalidCursor."""
    if cursor is None:
        return None
    value = decode_cursor(cursor).get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise _foreign()
    return value


def id_in(cursor: str | None, name: str) -> UUID | None:
    """The id under `name`; None without a cursor. Raises InvalidCursor."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor).get(name)))
    except ValueError:
        raise _foreign() from None


def _foreign() -> InvalidCursor:
    return InvalidCursor(
        "This cursor was given out by another list.",
        cure="Pass `next` of this list's page before.",
        where="query:after",
    )
