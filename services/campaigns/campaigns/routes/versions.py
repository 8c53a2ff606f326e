"""Versions as ETags."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from services.campaigns.campaigns.errors import InvalidVersion, VersionRequired

_ETAG = re.compile(r'^(?:W/)?"([0-9]{1,18})"$')
IfMatch = Annotated[str | None, Header(max_length=100, description="the ETag of your last read")]


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


async def _expected(if_match: IfMatch = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.match(if_match.strip())
    if found is None:
        raise InvalidVersion(
            "If-Match is no ETag of ours.", cure="Send the ETag of your last read.", where="header:if-match"
        )
    return int(found[1])


async def _required(if_match: IfMatch = None) -> int | None:
    if if_match is None:
        raise VersionRequired(
            "A change must say for which version it was made.",
            cure='Send If-Match with the ETag of your last read, or "*".',
            where="header:if-match",
        )
    return await _expected(if_match)


# None means: whatever version it is now.
VersionDep = Annotated[int | None, Depends(_required)]
OptionalVersionDep = Annotated[int | None, Depends(_expected)]
