"""Frequency caps: an exact sliding window over what one customer was already sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.campaigns.messages.domain.ledger import Sent


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` messages in any `window`; of one `purpose`, or of all when it is None."""

    limit: int
    window: timedelta
    purpose: str | None = None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError("a cap's limit must be at least 1")
        if not timedelta() < self.window <= timedelta(days=366):
            raise ValueError("a cap's window must be longer than nothing and at most 366 days")


def next_allowed(cap: Cap, sent: Iterable[datetime], now: datetime) -> datetime:
    """The earliest instant, `now` or later, at which one more message keeps the cap.

    A message counts in the half-open interval (now − window, now]: exactly one window later it is forgotten.
    """
    counted = sorted((at for at in sent if at > now - cap.window), reverse=True)
    if len(counted) < cap.limit:
        return now
    return counted[cap.limit - 1] + cap.window


def when_allowed(
    caps: Iterable[Cap], own: Cap | None, sent: Iterable[Sent], *, purpose: str, campaign_id: UUID, now: datetime
) -> datetime:
    """The earliest instant that all caps permit for a message of `purpose` and `campaign_id`.

    `caps` hold over all campaigns; `own` counts this campaign's messages alone.
    """
    history = list(sent)
    moments = [now]
    for cap in caps:
        if cap.purpose is None:
            moments.append(next_allowed(cap, (message.at for message in history), now))
        elif cap.purpose == purpose:
            moments.append(next_allowed(cap, (message.at for message in history if message.purpose == purpose), now))
    if own is not None:
        moments.append(
            next_allowed(own, (message.at for message in history if message.campaign_id == campaign_id), now)
        )
    return max(moments)
