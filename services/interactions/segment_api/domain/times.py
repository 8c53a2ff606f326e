"""When a call happened, with the skew of its client's clock taken out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def time_of(call: dict[str, Any], sent_at: Any, received: datetime) -> str:
    """The time of `call` by our clock, as text: what its client says, moved by as much as its clock was off at sending.

    `sent_at` is that of the batch; a call may carry its own. A text that is no time comes back as it is, so that the
    check of events names it.
    """
    told = call.get("originalTimestamp") or call.get("timestamp")
    if told is None:
        return received.isoformat()
    happened = _instant(told)
    if happened is None:
        return str(told)[:100]
    sent = _instant(call.get("sentAt") or sent_at)
    try:
        return (happened if sent is None else received - (sent - happened)).isoformat()
    except OverflowError:
        return str(told)[:100]


def _instant(value: Any) -> datetime | None:
    """An ISO 8601 time; without an offset it is UTC, as the clients write it."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
