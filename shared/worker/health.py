"""The health of a worker's parts: idle has nothing to do, stuck has work and does none, silent has stopped beating."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from shared.database.engine import Database
from shared.kafka.lag import GroupWatch

# Below the watchdog's 15 s: after those the process has ended and nobody could look.
STUCK_AFTER_S = 10.0
_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part that should make progress. `lag` counts what waits for it (None: nothing ever does)."""

    name: str
    last_beat_s: float
    last_progress_s: float | None = None
    lag: int | None = None

    @property
    def state(self) -> Literal["beating", "idle", "working", "stuck", "silent"]:
        """In one word."""
        if self.last_beat_s > STUCK_AFTER_S:
            return "silent"
        if self.lag is None:
            return "beating"
        if self.lag == 0:
            return "idle"
        slow = self.last_progress_s is None or self.last_progress_s > STUCK_AFTER_S
        return "stuck" if slow else "working"

    def describe(self) -> dict[str, Any]:
        """As /health/deep shows it."""
        return {**asdict(self), "state": self.state}


async def state_of_database(database: Database) -> dict[str, Any]:
    """What waits in it: facts not yet published (counted up to 10,000), and dead letters that somebody must look at."""
    async with database.transaction() as tx:
        row = await tx.row(
            """select (select count(*) from (select from outbox where not published limit :most) w) as outbox_waiting,
                      (select event_id from outbox where not published order by id limit 1) as oldest,
                      (select count(*) from dead_letters where state = 'open') as dead_letters_open""",
            {"most": _COUNTED},
        )
    assert row is not None
    oldest = row["oldest"]
    return {
        "outbox_waiting": row["outbox_waiting"],
        "outbox_oldest": str(oldest) if oldest else None,
        "outbox_oldest_s": _age_s(oldest) if oldest else None,
        "dead_letters_open": row["dead_letters_open"],
    }


async def deep_of_worker(
    database: Database,
    beats: Mapping[str, float],
    groups: Sequence[GroupWatch],
    waits_for: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The answer of a worker's /health/deep. `beats` are seconds since each part's last beat, by its name.

    "stuck" when records wait on the broker or facts in the outbox and nothing has moved for ten seconds, although the
    part may beat; "degraded" when database or broker cannot be asked, or a part waits for other services (`waits_for`,
    with seconds).
    """
    stored, *lags = await asyncio.gather(
        state_of_database(database), *(watch.look() for watch in groups), return_exceptions=True
    )
    parts = [PartHealth(name, round(age, 1)) for name, age in beats.items()]
    failed = []
    if isinstance(stored, dict):
        parts.append(PartHealth("outbox", 0, stored["outbox_oldest_s"], stored["outbox_waiting"]))
    else:
        failed.append(f"database: {type(stored).__name__}")
    for watch, lag in zip(groups, lags, strict=True):
        if isinstance(lag, BaseException):
            failed.append(f"group {watch.group}: {type(lag).__name__}")
        else:
            parts.append(PartHealth(f"group:{watch.group}", 0, round(lag.unchanged_s, 1), lag.lag))
    stuck = [part.name for part in parts if part.state in ("stuck", "silent")]
    return {
        "status": "stuck" if stuck else "degraded" if failed or waits_for else "ok",
        "stuck": stuck,
        "unanswered": failed,
        "waits_for": dict(waits_for or {}),
        "parts": [part.describe() for part in parts],
        **(stored if isinstance(stored, dict) else {}),
    }


def _age_s(event_id: UUID) -> float | None:
    """Seconds since a UUIDv7 was made; None for other ids."""
    if event_id.version != 7:
        return None
    return round(max(0.0, time.time() - (event_id.int >> 80) / 1000), 1)
