"""The firm's policy over all marketing messages, and the stop-all switch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.campaigns.gate.domain.caps import Cap
from services.campaigns.gate.domain.quiet_hours import QuietHours

# What becomes of messages that wait in a restored ledger: they may have been sent after the backup, or were not.
Waiting = Literal["unknown", "send"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds over all marketing campaigns: caps, quiet hours where a campaign names none, and whether
    those with an open complaint are left alone."""

    caps: tuple[Cap, ...] = ()
    quiet_hours: QuietHours | None = None
    spare_complaints: bool = False


@dataclass(frozen=True, slots=True)
class Switchboard:
    """The policy over all campaigns and whether the stop-all switch is thrown."""

    policy: Policy
    version: int
    halted: bool
    halted_by: str | None
    halted_at: datetime | None
    # The instant of the backup from which the ledger came, while nobody has decided about what waited.
    restored_from: datetime | None = None
