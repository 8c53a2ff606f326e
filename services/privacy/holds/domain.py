"""A legal hold: a customer's data must be kept, for a reason and until a day (GDPR article 17(3))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Hold:
    """Who put whom on hold, why, and until when; and who lifted it before."""

    hold_id: UUID
    customer_id: UUID
    reason: str
    until: datetime
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None = None
    lifted_by: str | None = None

    def stands(self, now: datetime) -> bool:
        """Nothing may be erased yet."""
        return self.lifted_at is None and now < self.until

    @property
    def ends_at(self) -> datetime:
        """When it ended, or will."""
        return self.until if self.lifted_at is None else min(self.lifted_at, self.until)
