"""Audience accounting: nothing is sent twice, nothing is skipped silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.campaigns.messages.domain.ledger import MessageState


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages are in a state, for one reason and one last deferral."""

    state: MessageState
    reason: str | None
    deferred_for: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Account:
    """Where everybody who entered stands. `waiting` contains what is in hand at this moment; `too_late_after` says
    what the messages refused as too late had waited for."""

    audience: int = 0
    handed_over: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)
    too_late_after: Mapping[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """audience = handed over + refused + failed + unknown + waiting."""
        parts = (self.refused, self.failed, self.waiting)
        return self.audience == self.handed_over + self.unknown + sum(sum(part.values()) for part in parts)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is under way; `due` is counted up to a bound."""

    due: int
    claimed: int
    unknown: int
    oldest_s: float


# So many senders, or letters, in a row are no accident.
_MOST_STRIKES = 2


@dataclass(frozen=True, slots=True)
class Strikes:
    """Senders that died over a campaign's messages, and letters that took more time or memory than any may."""

    senders: int = 0
    letters: int = 0

    @property
    def reason(self) -> str | None:
        """Why nothing more of the campaign should be tried, or None."""
        if self.senders >= _MOST_STRIKES:
            return "senders-died"
        return "template-limits" if self.letters >= _MOST_STRIKES else None


def account(tallies: Iterable[Tally], audience: int) -> Account:
    """The account of these tallies; `audience` is counted apart, so that a gap would show."""
    single: Counter[MessageState] = Counter()
    by_reason: dict[MessageState, Counter[str]] = {state: Counter() for state in MessageState}
    late: Counter[str] = Counter()
    for tally in tallies:
        if tally.state is MessageState.CLAIMED:
            by_reason[MessageState.WAITING]["in-hand"] += tally.count
        elif tally.state is MessageState.WAITING:
            by_reason[tally.state][tally.deferred_for or "due"] += tally.count
        else:
            single[tally.state] += tally.count
            by_reason[tally.state][tally.reason or "unnamed"] += tally.count
            if tally.reason == "too-late":
                late[tally.deferred_for or "due"] += tally.count
    return Account(
        audience=audience,
        handed_over=single[MessageState.HANDED_OVER],
        refused=dict(by_reason[MessageState.REFUSED]),
        failed=dict(by_reason[MessageState.FAILED]),
        unknown=single[MessageState.UNKNOWN],
        waiting=dict(by_reason[MessageState.WAITING]),
        too_late_after=dict(late),
    )
