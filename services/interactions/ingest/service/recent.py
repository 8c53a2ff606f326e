"""The messages that this app has lately let through, so that a publisher who reuses an id hears of it at once.

Only a courtesy: the worker compares with everything that was ever recorded, and what it refuses is a dead letter.
"""

from __future__ import annotations

from collections import OrderedDict

from pydantic import TypeAdapter

from services.interactions.ingest.errors import EventRefused
from services.interactions.recording.domain.digests import content_digest
from services.interactions.recording.domain.messages import Message
from shared.contracts.inbound import InboundMessage

_MESSAGE: TypeAdapter[Message] = TypeAdapter(InboundMessage)
MOST = 2_000
_LARGEST = 4_096


class RecentMessages:
    """The newest messages by (publisher, message id), as they came."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._known: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def check(self, publisher: str, message_id: str, raw: bytes) -> None:
        """`raw` is a repeat, or its id is new here. Raises EventRefused for another message under a known id."""
        known = self._known.get((publisher, message_id))
        # Written in another way it is read again, which costs something and is rare.
        if known is not None and known != raw and self._content(known) != self._content(raw):
            fault = {
                "reason": "message-id-reused",
                "where": "/message_id",
                "what": "another message was sent with this id a moment ago",
            }
            raise EventRefused([{**fault, "cure": "give each message an id of its own; a repeat is sent unchanged"}])
        if known is None and len(raw) <= _LARGEST:
            self._known[publisher, message_id] = raw
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def _content(self, raw: bytes) -> bytes:
        return content_digest(self._key, _MESSAGE.validate_json(raw, strict=True))
