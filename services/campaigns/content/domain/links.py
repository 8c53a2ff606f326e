"""Tracked links and opens: signed tokens that hold the target, so that tracking is no open redirect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

_SIGNATURE_BYTES = 16
_IDS_BYTES = 3 * 16
_CONTEXT = b"tracking-token"
_KINDS: dict[int, Literal["clicked", "opened"]] = {1: "clicked", 2: "opened"}
_LONGEST_URL = 2_000

_HREF = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)(["'])(https?://[^"']+)\2""", re.IGNORECASE)
_BARE = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a genuine token holds. `url` is empty for an open."""

    kind: Literal["clicked", "opened"]
    customer_id: UUID
    campaign_id: UUID
    message_id: UUID
    url: str = ""

    @property
    def link(self) -> str:
        """The target without its query, which may be personal."""
        return self.url.split("?")[0].split("#")[0][:300]

    @property
    def response_id(self) -> str:
        """One effect per message and link, however often it is opened or clicked."""
        mark = hashlib.sha256(self.url.encode()).hexdigest()[:16] if self.url else "-"
        return f"{self.kind}:{self.message_id}:{mark}"


def make_token(key: str, tracked: Tracked) -> str:
    """Compact, URL-safe, signed with the installation key."""
    kind = next(number for number, name in _KINDS.items() if name == tracked.kind)
    ids = tracked.customer_id.bytes + tracked.campaign_id.bytes + tracked.message_id.bytes
    body = bytes([kind]) + ids + tracked.url.encode()
    return base64.urlsafe_b64encode(_sign(key, body) + body).rstrip(b"=").decode()


def read_token(key: str, token: str) -> Tracked | None:
    """What the token holds, or None when it is damaged, forged or no token at all."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if len(body) <= _IDS_BYTES or not hmac.compare_digest(signature, _sign(key, body)) or body[0] not in _KINDS:
        return None
    ids = body[1 : 1 + _IDS_BYTES]
    return Tracked(
        kind=_KINDS[body[0]],
        customer_id=UUID(bytes=ids[:16]),
        campaign_id=UUID(bytes=ids[16:32]),
        message_id=UUID(bytes=ids[32:]),
        url=body[1 + _IDS_BYTES :].decode(),
    )


def track_html(source: str, tracked: Callable[[str], str], *, keep: str, pixel: str) -> str:
    """Every link led through `tracked`, except `keep` (the unsubscribe link); the pixel at the end."""

    def replace(match: re.Match[str]) -> str:
        url = html.unescape(match[3])
        target = url if url == keep or len(url) > _LONGEST_URL else tracked(url)
        return f"{match[1]}{match[2]}{html.escape(target)}{match[2]}"

    image = f'<img src="{html.escape(pixel)}" width="1" height="1" alt="">'
    body = _HREF.sub(replace, source)
    end = _BODY_END.search(body)
    return f"{body}{image}" if end is None else f"{body[: end.start()]}{image}{body[end.start() :]}"


def track_text(source: str, tracked: Callable[[str], str], *, keep: str) -> str:
    """Every bare link led through `tracked`, except `keep`."""

    def replace(match: re.Match[str]) -> str:
        return match[0] if match[0] == keep or len(match[0]) > _LONGEST_URL else tracked(match[0])

    return _BARE.sub(replace, source)


def _sign(key: str, body: bytes) -> bytes:
    return hmac.digest(key.encode(), _CONTEXT + body, hashlib.sha256)[:_SIGNATURE_BYTES]
