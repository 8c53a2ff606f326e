"""Refusals of publishers' events."""

from __future__ import annotations

from typing import Any

from shared.contracts.envelope import Unreadable
from shared.errors import Forbidden, Invalid, Refusal, TooLarge, Unavailable


class EventRefused(Invalid):
    """A publisher's message that may not be recorded; `errors` lists each thing that is wrong with it."""

    slug, title = "invalid-event", "The event is not accepted"

    def __init__(self, errors: list[dict[str, str]], **extra: Any) -> None:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{first['where'] or '/'}: {first['what']}{more}", cure=first["cure"], errors=errors, **extra)

    @property
    def reason(self) -> str:
        """The first fault's slug, to count by."""
        return self.errors[0]["reason"]


class ReportForbidden(Forbidden):
    """A bounce, a complaint or a wish to unsubscribe, from a publisher who may not report any: it would end consent."""

    slug, title = "report-forbidden", "The key may not report this response"
    reason = slug

    def __init__(self, kind: str) -> None:
        what, cure = f"a response of the kind {kind} changes what may be sent", "use a key that has responses:write"
        super().__init__(
            f"/data/kind: {what}.",
            cure=cure,
            errors=[{"reason": self.slug, "where": "/data/kind", "what": what, "cure": cure}],
            scope="responses:write",
        )


class UnacceptableRecord(Unreadable):
    """The same over Kafka: the record goes to the dead letters with this text, and `slug` as the reason."""

    def __init__(self, refusal: Refusal, reason: str) -> None:
        super().__init__(str(refusal))
        self.slug = reason
        self.errors = refusal.errors


class BatchTooLarge(TooLarge):
    """More events than one request may carry."""

    slug, title = "batch-too-large", "Too many events in one request"


class BatchInvalid(Invalid):
    """No batch at all."""

    slug, title = "invalid-batch", "The body is not a batch of events"


class BrokerUnconfirmed(Unavailable):
    """The broker did not confirm in time: unknown, or surely not accepted, as the text says."""

    slug, title = "not-confirmed", "The broker did not confirm"
