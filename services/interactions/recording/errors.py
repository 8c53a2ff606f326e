"""Refusals of messages that can be read and still may not be recorded."""

from __future__ import annotations

from shared.contracts.envelope import Unreadable


class MessageIdReused(Unreadable):
    """A message bears the id of another one that was recorded: it is no repeat, and must not be dropped as one."""

    slug = "message-id-reused"

    def __init__(self) -> None:
        super().__init__(
            "the publisher has used this message_id for another message; give each message an id of its own "
            "(repair this one with a new message_id and replay it)"
        )
