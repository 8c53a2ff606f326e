"""Where ids come from: UUIDv7, so that rows written together lie together."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from uuid import UUID

import uuid_utils.compat as uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7 (machine time in its first 48 bits)."""
    return uuid_utils.uuid7()


def first_id_of(seconds_ago: float) -> UUID:
    """Below every id that was made since then, above every one made before."""
    return UUID(int=int((time.time() - seconds_ago) * 1000) << 80)


def day_of(event_id: UUID) -> date:
    """The UTC day in a UUIDv7, or 1970-01-01 for any other id and for days beyond the calendar.

    An event keeps its id for ever, so a second delivery looks into the same daily partition of the inbox.
    """
    if event_id.version != 7:
        return date(1970, 1, 1)
    try:
        return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC).date()
    except (ValueError, OverflowError):
        return date(1970, 1, 1)
