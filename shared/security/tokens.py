"""Make and read signed unsubscribe tokens, which need no login and no look-up.

A token carries ids only, never an address. It does not expire: a link in an old message must go on working.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

# First byte of every token, so that a later layout can be distinguished.
_LAYOUT = 1
# 128 bits of the HMAC: as hard to forge as needed, and the link stays short enough for one line of a mail's header.
_SIGNATURE_BYTES = 16
_IDS_BYTES = 3 * 16
_CONTEXT = b"unsubscribe-token"

# Stands for a token in previews and test mails, whose links must withdraw nobody's consent: it names nobody.
PREVIEW_TOKEN = "preview"


@dataclass(frozen=True, slots=True)
class UnsubscribeToken:
    """The content of a genuine token: who unsubscribes from which purpose and channel, and which message carried it."""

    customer_id: UUID
    purpose: str
    channel: str
    campaign_id: UUID
    message_id: UUID


def make_unsubscribe_token(
    key: str, *, customer_id: UUID, purpose: str, channel: str, campaign_id: UUID, message_id: UUID
) -> str:
    """The token for a message's unsubscribe link: compact, URL-safe, signed with the installation key.

    Raises ValueError for a purpose longer than 255 bytes or one that holds a line feed.
    """
    words = f"{purpose}\n{channel}".encode()
    if purpose.count("\n") or channel.count("\n") or len(words) > 255:
        raise ValueError("purpose and channel must be short and without line feeds")
    body = bytes([_LAYOUT]) + customer_id.bytes + campaign_id.bytes + message_id.bytes + words
    return base64.urlsafe_b64encode(_sign(key, body) + body).rstrip(b"=").decode()


def read_unsubscribe_token(key: str, token: str) -> UnsubscribeToken | None:
    """The token's content, or None when it is damaged, forged or no token at all."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(key, body)) or body[0] != _LAYOUT:
        return None
    ids, words = body[1 : 1 + _IDS_BYTES], body[1 + _IDS_BYTES :]
    purpose, channel = words.decode().split("\n")
    return UnsubscribeToken(
        customer_id=UUID(bytes=ids[:16]),
        campaign_id=UUID(bytes=ids[16:32]),
        message_id=UUID(bytes=ids[32:]),
        purpose=purpose,
        channel=channel,
    )


def _sign(key: str, body: bytes) -> bytes:
    return hmac.digest(key.encode(), _CONTEXT + body, hashlib.sha256)[:_SIGNATURE_BYTES]
