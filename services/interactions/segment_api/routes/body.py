"""The body of a call as clients send it: gzip or plain, under any media type, its key inside when the head has none."""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson
from fastapi import Request

from shared.errors import Invalid, TooLarge, WrongMediaType
from shared.web.body import MalformedBody

LARGEST_BATCH = 500 * 1024
_GZIP = 16 + zlib.MAX_WBITS


async def read_object(request: Request, limit: int) -> dict[str, Any]:
    """The object in the body, unpacked to `limit` bytes at most. Raises 400, 413, 415 or 422."""
    state = request.state
    if not hasattr(state, "call_body"):
        raw = _unpacked(await request.body(), request.headers.get("content-encoding", "identity"), limit)
        state.call_body = _parsed(raw)
    body = state.call_body
    if not isinstance(body, dict):
        raise Invalid("The body is no object.", cure="Send one JSON object.", where="")
    return body


async def key_in_body(request: Request) -> str | None:
    """The `writeKey` of a browser's client, which sends no head that would need a preflight."""
    try:
        key = (await read_object(request, LARGEST_BATCH)).get("writeKey")
    except (MalformedBody, WrongMediaType, Invalid):
        # Who shows no key hears that first.
        return None
    return key if isinstance(key, str) else None


def _unpacked(raw: bytes, encoding: str, limit: int) -> bytes:
    if encoding.strip().lower() == "gzip":
        reader = zlib.decompressobj(_GZIP)
        try:
            raw = reader.decompress(raw, limit + 1)
        except zlib.error:
            raise _malformed("The body is no gzip.", "Leave Content-Encoding out, or compress the body.") from None
        if len(raw) <= limit and not reader.eof:
            raise _malformed("The gzip ends too early.", "Send the whole of it.")
    elif encoding.strip().lower() not in ("", "identity"):
        raise WrongMediaType(
            "This door takes gzip and plain bodies.", cure="Send gzip, or plain.", where="header:content-encoding"
        )
    if len(raw) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes.", cure="Send less at a time.", where="", limit=limit)
    return raw


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    # orjson refuses the whole for one number beyond a double or one half of a surrogate pair; this reader does not.
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise _malformed(
            "The body is not readable JSON in UTF-8, or is nested too deep.",
            "Send one JSON object (RFC 8259) in UTF-8.",
        ) from None


def _malformed(detail: str, cure: str) -> MalformedBody:
    return MalformedBody(detail, cure=cure, where="")
