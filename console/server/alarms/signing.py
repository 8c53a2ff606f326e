"""Signatures by Standard Webhooks 1.0: HMAC-SHA256 over id, seconds since 1970 and body, with a secret in base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"
# The specification asks for 24 to 64 bytes.
_SHORTEST, _LONGEST = 24, 64


def key_of(secret: str) -> bytes:
    """The bytes of a secret as it is written, `whsec_…`. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret is no base64") from error
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"the secret has {len(key)} bytes, not {_SHORTEST} to {_LONGEST}")
    return key


def sign(secret: str, id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The three headers by which a receiver knows the sender. Raises ValueError for a secret that is none."""
    digest = hmac.new(key_of(secret), f"{id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": id, "webhook-timestamp": str(seconds), "webhook-signature": signature}
