"""The version of what a route answers as an ETag, and the one that a change was made for, from If-Match (RFC 9110)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from shared.errors import Invalid, Refusal

# Proxies that compress make a strong ETag weak; ours compare by version alone.
_ETAG = re.compile(r'^(?:W/)?"([0-9]{1,18})"$')
_IfMatch = Annotated[str | None, Header(max_length=100, description="the ETag of your last read")]


class VersionRequired(Refusal):
    """A change must say which version it was made for."""

    status, slug, title = 428, "version-required", "If-Match is missing"


class InvalidVersion(Invalid):
    """If-Match that is no ETag of ours."""

    slug, title = "invalid-version", "If-Match is not valid"


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


async def _expected(if_match: _IfMatch = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.match(if_match.strip())
    if found is None:
        raise InvalidVersion(
            'If-Match must be one ETag as given, such as "7".',
            cure="Send the ETag of your last read.",
            where="header:if-match",
        )
    return int(found[1])


async def _required(if_match: _IfMatch = None) -> int | None:
    if if_match is None:
        raise VersionRequired(
            "A change needs the version that you have read.",
            cure='Send If-Match with the ETag of your last read, or "*".',
            where="header:if-match",
        )
    return await _expected(if_match)


# None means: whatever version it is now (If-Match: *).
VersionDep = Annotated[int | None, Depends(_required)]
OptionalVersionDep = Annotated[int | None, Depends(_expected)]
