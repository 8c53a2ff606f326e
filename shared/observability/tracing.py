"""The W3C trace context, carried through HTTP, outbox and Kafka: a purchase can be followed to its message."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar, Token

_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The trace which this task works for."""
    return _traceparent.get()


def trace_id(traceparent: str | None) -> str | None:
    """The 32 hex digits that all spans of a trace share, or None when `traceparent` is unreadable."""
    match = _FORM.fullmatch(traceparent) if traceparent else None
    return match[1] if match and set(match[1]) != {"0"} and set(match[2]) != {"0"} else None


def new_traceparent(parent: str | None = None) -> str:
    """A new span of the trace of `parent`; a new trace when there is none or it cannot be read."""
    trace = trace_id(parent)
    if trace is None:
        fresh = secrets.token_hex(24)
        return f"00-{fresh[:32]}-{fresh[32:]}-01"
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def set_traceparent(traceparent: str) -> Token[str | None]:
    """Work under this very span, until `leave_trace` gets what is returned."""
    return _traceparent.set(traceparent)


def leave_trace(before: Token[str | None]) -> None:
    """Go back to the span before."""
    _traceparent.reset(before)


def enter_trace(parent: str | None = None) -> str:
    """Work from here on, in this task, under a new span of `parent`'s trace; returns it."""
    traceparent = new_traceparent(parent)
    _traceparent.set(traceparent)
    return traceparent
