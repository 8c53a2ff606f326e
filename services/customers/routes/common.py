"""What the doors share: ETags, settings, cursors."""

from __future__ import annotations

import re
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Header

from services.customers.config import Settings
from services.customers.errors import InvalidVersion, VersionRequired
from shared.web import ContextDep
from shared.web.paging import InvalidCursor, decode_cursor

_ETAG = re.compile(r'^"([1-9][0-9]{0,17})"$')


async def _settings(context: ContextDep) -> Settings:
    return cast(Settings, context.settings)


SettingsDep = Annotated[Settings, Depends(_settings)]


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


async def _expected(
    if_match: Annotated[str | None, Header(max_length=100, description="the ETag of your last read")] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.match(if_match.strip())
    if found is None:
        raise InvalidVersion
    return int(found[1])


async def _required(
    if_match: Annotated[str | None, Header(max_length=100, description="the ETag of your last read")] = None,
) -> int | None:
    if if_match is None:
        raise VersionRequired
    return await _expected(if_match)


# None means: whatever version it is now (If-Match: *).
VersionDep = Annotated[int | None, Depends(_required)]
OptionalVersionDep = Annotated[int | None, Depends(_expected)]


def id_in(cursor: str | None) -> UUID | None:
    """The id at which the page before ended. Raises InvalidCursor."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor)["id"]))
    except (KeyError, ValueError):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from None
