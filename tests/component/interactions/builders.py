"""Publishers' messages and other services' events, one override at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from shared.clock import SystemClock
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.events.subscription import Record
from shared.ids import new_id

# Bodies as JSON: what a publisher would send, before any of our code has seen it.
Body = dict[str, Any]


def minutes_ago(minutes: float) -> str:
    """An instant of the machine's clock, as publishers write it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def an_email() -> str:
    """Somebody nobody has met yet."""
    return f"{uuid4().hex}@example.test"


def a_line(**changes: Any) -> Body:
    """A line of a basket."""
    return {"product_id": "apple", "quantity": 2, "amount": 450, **changes}


def a_purchase(*, data: Body | None = None, **changes: Any) -> Body:
    """A purchase a minute ago, by somebody new; `data` overrides fields of its data."""
    basket = {"channel": "web", "currency": "USD", "lines": [a_line()], **(data or {})}
    return _message("purchase", basket, changes)


def a_return(*, data: Body | None = None, **changes: Any) -> Body:
    """A return a minute ago."""
    return _message("return", {"channel": "store", "currency": "USD", "lines": [a_line()], **(data or {})}, changes)


def a_contact(*, data: Body | None = None, **changes: Any) -> Body:
    """A call a minute ago."""
    return _message("contact", {"channel": "phone", "direction": "in", **(data or {})}, changes)


def a_response(*, data: Body | None = None, **changes: Any) -> Body:
    """A click a minute ago."""
    return _message("response", {"channel": "email", "kind": "clicked", **(data or {})}, changes)


def _message(kind: str, data: Body, changes: Body) -> Body:
    return {
        "type": kind,
        "message_id": uuid4().hex,
        "time": minutes_ago(1),
        "customer": {"email": an_email()},
        "data": data,
        **changes,
    }


def kafka_records(bodies: list[Body], partition: int) -> list[Record]:
    """Messages as they lie on a partition of interactions-inbound."""
    return [
        Record(
            "interactions-inbound", partition, number, None, orjson.dumps({"publisher": "till", "message": body}), []
        )
        for number, body in enumerate(bodies)
    ]


def an_event(data: Fact, subject: UUID, **changes: Any) -> Envelope[Any]:
    """An event of another service, emitted just now."""
    now = SystemClock().now()
    values: dict[str, Any] = {
        "id": new_id(),
        "type": data.TYPE,
        "source": data.TYPE.partition(".")[0],
        "subject": subject,
        "time": now,
        "recorded_at": now,
        "version": 1,
        "origin": Origin.LIVE,
        "cause": None,
        "traceparent": None,
        "data": data,
    }
    return Envelope(**{**values, **changes})


def a_settled_message(**changes: Any) -> MessageSettled:
    """An e-mail that campaigns handed over."""
    values: dict[str, Any] = {
        "message_id": uuid4(),
        "campaign_id": uuid4(),
        "channel": "email",
        "step": "send",
        "outcome": "handed_over",
    }
    return MessageSettled(**{**values, **changes})
