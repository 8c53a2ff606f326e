"""Make and read signed unsubscribe tokens, which need no login and no look-up.

A token carries ids and, in its second layout, the keyed hash of the address to which the message went; never an
address. It does not expire: a link in an old message must go on working.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

# First byte of every token, so that layouts can be distinguished.
_WITHOUT_ADDRESS = 1
_WITH_ADDRESS = 2
_FINGERPRINT_BYTES = 32
# 128 bits of the HMAC: as hard to forge as needed, and the link stays short enough for one line of a mail's header.
_SIGNATURE_BYTES = 16
_IDS_BYTES = 3 * 16
_CONTEXT = b"unsubscribe-token"

# Stands for a token in previews and test mails, whose links must withdraw nobody's consent: it names nobody.
PREVIEW_TOKEN = "preview"


@dataclass(frozen=True, slots=True)
class UnsubscribeToken:
    """The content of a genuine token: who unsubscribes from which purpose and channel, which message carried it, and
    the keyed hash (hex) of the address to which it went; None in the tokens of older messages."""

    customer_id: UUID
    purpose: str
    channel: str
    campaign_id: UUID
    message_id: UUID
    fingerprint: str | None = None


def make_unsubscribe_token(
    key: str,
    *,
    customer_id: UUID,
    purpose: str,
    channel: str,
    campaign_id: UUID,
    message_id: UUID,
    fingerprint: str | None = None,
) -> str:
    """The token for a message's unsubscribe link: compact, URL-safe, signed with the installation key.

    With the `fingerprint` of the message's address (hex) whoever follows the link is unsubscribed by that address too,
    whoever has it. Raises ValueError for a purpose longer than 255 bytes or one that holds a line feed, and for a
    fingerprint that is none.
    """
    words = f"{purpose}\n{channel}".encode()
    if purpose.count("\n") or channel.count("\n") or len(words) > 255:
        raise ValueError("purpose and channel must be short and without line feeds")
    address = b"" if fingerprint is None else bytes.fromhex(fingerprint)
    if fingerprint is not None and len(address) != _FINGERPRINT_BYTES:
        raise ValueError("a fingerprint has 32 bytes")
    layout = _WITHOUT_ADDRESS if fingerprint is None else _WITH_ADDRESS
    body = bytes([layout]) + customer_id.bytes + campaign_id.bytes + message_id.bytes + address + words
    return base64.urlsafe_b64encode(_sign(key, body) + body).rstrip(b"=").decode()


def read_unsubscribe_token(key: str, token: str) -> UnsubscribeToken | None:
    """The content of the token, of either layout, or None when it is damaged, forged or no token at all."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(key, body)) or body[0] not in (_WITHOUT_ADDRESS, _WITH_ADDRESS):
        return None
    ids, rest = body[1 : 1 + _IDS_BYTES], body[1 + _IDS_BYTES :]
    fingerprint = None
    if body[0] == _WITH_ADDRESS:
        fingerprint, rest = rest[:_FINGERPRINT_BYTES].hex(), rest[_FINGERPRINT_BYTES:]
    purpose, channel = rest.decode().split("\n")
    return UnsubscribeToken(
        customer_id=UUID(bytes=ids[:16]),
        campaign_id=UUID(bytes=ids[16:32]),
        message_id=UUID(bytes=ids[32:]),
        purpose=purpose,
        channel=channel,
        fingerprint=fingerprint,
    )


def _sign(key: str, body: bytes) -> bytes:
    return hmac.digest(key.encode(), _CONTEXT + body, hashlib.sha256)[:_SIGNATURE_BYTES]
