"""How far a publisher is believed, and the seal by which the HTTP door passes that on with a record.

Records carry no principal: whoever may write to the topic gives itself a name. So the door seals what it lets through,
and a record without its seal is believed as far as the settings say for the name that it gives.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from services.interactions.recording.domain.messages import Message
from shared.security.api_keys import Principal, Trust

RESPONSES_SCOPE = "responses:write"
# Privacy acts on these: they end consent, or put an address on the list of those that nobody writes to.
RESERVED_RESPONSES = frozenset({"bounced", "complained", "unsubscribed"})


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who sends. `reports` says whether it may send a reserved response."""

    name: str
    trust: Trust
    reports: bool

    def unreportable(self, message: Message) -> str | None:
        """The kind of a reserved response that this publisher may not report; None when it may send the message."""
        if self.reports or message.type != "response":
            return None
        return message.data.kind if message.data.kind in RESERVED_RESPONSES else None


def publisher_at_the_door(caller: Principal) -> Publisher:
    """The publisher that an API key makes."""
    return Publisher(caller.id, caller.trust, RESPONSES_SCOPE in caller.scopes)


def publisher_on_the_topic(name: str, trusted: Collection[str]) -> Publisher:
    """The publisher of a record that no door of ours has sealed: a server's only when the settings list it."""
    known = name in trusted
    return Publisher(name, "server" if known else "browser", known)


def seal(key: str, publisher: Publisher, record: bytes) -> bytes:
    """What the door writes beside a record: how far its publisher is believed, and proof that the door says so."""
    standing = f"{publisher.trust} {'reports' if publisher.reports else '-'}"
    return f"{standing} {_proof(key, standing, record)}".encode()


def read_seal(key: str, name: str, record: bytes, sealed: str | None) -> Publisher | None:
    """The publisher as the door knew it; None when there is no seal, or when it belongs to another record."""
    if not sealed:
        return None
    standing, _, proof = sealed.rpartition(" ")
    if not hmac.compare_digest(proof.encode(), _proof(key, standing, record).encode()):
        return None
    trust, _, reports = standing.partition(" ")
    return Publisher(name, "server" if trust == "server" else "browser", reports == "reports")


def _proof(key: str, standing: str, record: bytes) -> str:
    keyed = _keyed(key).copy()
    keyed.update(b"door\x00%b\x00" % standing.encode())
    keyed.update(record)
    return keyed.hexdigest()


@lru_cache(8)
def _keyed(key: str) -> hmac.HMAC:
    return hmac.new(key.encode(), digestmod="sha256")
