"""Audience accounting: nothing is sent twice, nothing is skipped silently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.campaigns.domain.ledger import MessageState


@dataclass(frozen=True, slots=True)
class Account:
    """Where everybody who entered stands. `waiting` contains what is being handed over at this moment."""

    audience: int = 0
    handed_over: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    unknown: int = 0
    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """audience = handed over + refused + failed + unknown + waiting."""
        parts = (self.refused, self.failed, self.waiting)
        return self.audience == self.handed_over + self.unknown + sum(sum(part.values()) for part in parts)


def account(rows: Iterable[tuple[MessageState, str | None, int]], audience: int) -> Account:
    """The account of (state, reason, count) rows; `audience` is counted apart, so that a gap would show."""
    handed_over = unknown = 0
    refused: dict[str, int] = {}
    failed: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for state, reason, count in rows:
        if state is MessageState.HANDED_OVER:
            handed_over += count
        elif state is MessageState.UNKNOWN:
            unknown += count
        else:
            part = refused if state is MessageState.REFUSED else failed if state is MessageState.FAILED else waiting
            name = reason or ("in-hand" if state is MessageState.CLAIMED else "due")
            part[name] = part.get(name, 0) + count
    return Account(audience, handed_over, refused, failed, unknown, waiting)
