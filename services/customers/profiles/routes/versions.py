"""The version of a customer as an ETag, and the one that a change was made for, from If-Match."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from services.customers.profiles.errors import InvalidVersion, VersionRequired

_ETAG = re.compile(r'^"([1-9][0-9]{0,17})"$')
_IfMatch = Annotated[str | None, Header(max_length=100, description="the ETag of your last read")]


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


async def _expected(if_match: _IfMatch = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.match(if_match.strip())
    if found is None:
        raise InvalidVersion
    return int(found[1])


async def _required(if_match: _IfMatch = None) -> int | None:
    if if_match is None:
        raise VersionRequired
    return await _expected(if_match)


# None means: whatever version it is now (If-Match: *).
VersionDep = Annotated[int | None, Depends(_required)]
OptionalVersionDep = Annotated[int | None, Depends(_expected)]
