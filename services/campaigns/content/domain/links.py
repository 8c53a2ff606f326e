"""Tracked links and opens: signed tokens that hold the target, so that tracking is no open redirect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote
from uuid import UUID

import idna

_SIGNATURE_BYTES = 16
_IDS_BYTES = 3 * 16
_CONTEXT = b"tracking-token"
# The first byte of a token's body. Links of the first layout have no label, and their query may be personal; those of
# the third are labelled by their own target; of the fourth the label follows the target.
_CLICKED_WITHOUT_LABEL, _OPENED, _CLICKED, _CLICKED_LABELLED = 1, 2, 3, 4
_LONGEST_LABEL = 300
_PARTS = re.compile(r"(https?)://([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(?P<before>[^@]*@)?(?P<host>[^:@]*)(?P<port>:[0-9]*)?")


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a genuine token holds. `url` is empty for an open. `label` names a link in reports: as it stands in the
    template, without anything of the customer."""

    kind: Literal["clicked", "opened"]
    customer_id: UUID
    campaign_id: UUID
    message_id: UUID
    url: str = ""
    label: str = ""

    @property
    def response_id(self) -> str:
        """One effect per message and link, however often it is opened or clicked."""
        mark = hashlib.sha256(self.url.encode()).hexdigest()[:16] if self.url else "-"
        return f"{self.kind}:{self.message_id}:{mark}"


def make_token(key: str, tracked: Tracked) -> str:
    """Compact, URL-safe, signed with the installation key."""
    ids = tracked.customer_id.bytes + tracked.campaign_id.bytes + tracked.message_id.bytes
    if tracked.kind == "opened":
        kind, rest = _OPENED, ""
    elif tracked.label == tracked.url[:_LONGEST_LABEL]:
        kind, rest = _CLICKED, tracked.url
    else:
        kind, rest = _CLICKED_LABELLED, f"{tracked.url}\n{tracked.label}"
    body = bytes([kind]) + ids + rest.encode()
    return base64.urlsafe_b64encode(_sign(key, body) + body).rstrip(b"=").decode()


def read_token(key: str, token: str) -> Tracked | None:
    """What the token holds, or None when it is damaged, forged or no token at all."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if len(body) <= _IDS_BYTES or not hmac.compare_digest(signature, _sign(key, body)):
        return None
    ids, rest = body[1 : 1 + _IDS_BYTES], body[1 + _IDS_BYTES :].decode()
    who = (UUID(bytes=ids[:16]), UUID(bytes=ids[16:32]), UUID(bytes=ids[32:]))
    if body[0] == _OPENED:
        return Tracked("opened", *who)
    if body[0] == _CLICKED_WITHOUT_LABEL:
        return Tracked("clicked", *who, rest, re.split("[?#]", rest, maxsplit=1)[0][:_LONGEST_LABEL])
    if body[0] == _CLICKED:
        return Tracked("clicked", *who, rest, rest[:_LONGEST_LABEL])
    if body[0] == _CLICKED_LABELLED:
        url, _, label = rest.rpartition("\n")
        return Tracked("clicked", *who, url, label)
    return None


def wire_url(url: str) -> str:
    """The target as it goes into a Location header: the host in its ASCII form (xn--), the rest percent-encoded."""
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return quote(url, safe=_SAFE)
    scheme, authority, rest = parts.groups()
    host = _HOST.fullmatch(authority)
    if not authority.isascii() and host is not None:
        try:
            ascii_host = idna.encode(host["host"], uts46=True).decode()
        except idna.IDNAError:
            ascii_host = host["host"]
        authority = f"{host['before'] or ''}{ascii_host}{host['port'] or ''}"
    return f"{scheme}://{quote(authority, safe=_SAFE)}{quote(rest, safe=_SAFE)}"


# What may stand in a URL as it is; a percent sign is one that was there before.
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"


def _sign(key: str, body: bytes) -> bytes:
    return hmac.digest(key.encode(), _CONTEXT + body, hashlib.sha256)[:_SIGNATURE_BYTES]
