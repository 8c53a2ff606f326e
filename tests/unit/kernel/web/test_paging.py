"""Cursors of pages."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.web.paging import InvalidCursor, decode_cursor, encode_cursor


def test_a_cursor_comes_back_as_it_was() -> None:
    key = {"id": UUID(int=5), "at": "2017-01-01", "n": 3}
    assert decode_cursor(encode_cursor(key)) == {**key, "id": str(UUID(int=5))}


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "bnVsbA", "WzFd", "ä", "eyJhIjoiXHUwMDAwIn0"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor)
