"""Signed tokens that name one thing, for links that lead to a page of it."""

from __future__ import annotations

import base64
import binascii
import hmac
from uuid import UUID

# 128 bits of the HMAC: as hard to forge as needed, and the link stays short.
_SIGNATURE_BYTES = 16
_LONGEST = 60


def make_id_token(key: str, use: str, id: UUID) -> str:
    """A token for one use: what it is signed for (`signup`, `archive`), nothing else takes it."""
    return base64.urlsafe_b64encode(_sign(key, use, id) + id.bytes).rstrip(b"=").decode()


def read_id_token(key: str, use: str, token: str) -> UUID | None:
    """The id of a genuine token; None for one that is damaged, forged or of another use."""
    if len(token) > _LONGEST:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(raw) != _SIGNATURE_BYTES + 16:
        return None
    id = UUID(bytes=raw[_SIGNATURE_BYTES:])
    return id if hmac.compare_digest(raw[:_SIGNATURE_BYTES], _sign(key, use, id)) else None


def _sign(key: str, use: str, id: UUID) -> bytes:
    return hmac.digest(key.encode(), f"{use}-token\x00".encode() + id.bytes, "sha256")[:_SIGNATURE_BYTES]
