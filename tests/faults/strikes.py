"""What shows that a fault did strike: counted while it ran, or in what it left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tests.faults.records import Evidence

# What the gate says of somebody who refused in time, by the local copy or by privacy.
_REFUSALS = ("no-consent", "withdrawn", "suppressed")


def struck(wanted: Mapping[str, float], counts: Mapping[str, float], seen: Evidence) -> dict[str, list[float]]:
    """For everything wanted: how much of it there is, and the least that must be."""
    there = {**left_behind(seen), **counts}
    return {name: [there.get(name, 0), least] for name, least in wanted.items()}


def left_behind(seen: Evidence) -> dict[str, float]:
    """What the evidence shows of faults."""
    reasons = [str(row["reason"] or "") for row in seen.ledger]
    ok = {row["id"] for row in seen.history if row["outcome"] == "ok"}
    ids = Counter(event["id"] for event in seen.events)
    return {
        "unknown": sum(row["state"] == "unknown" for row in seen.ledger),
        "kept and deferred": sum(reason.startswith("after-data-4") for reason in reasons),
        "letters refused": sum(reason == "rejected-5.6.0" for reason in reasons),
        "refused for consent": sum(reason.startswith(_REFUSALS) for reason in reasons),
        "ids published again": ids.total() - len(ids),
        "letters": len(seen.letters),
        "erased": sum(row["state"] == "completed" for row in seen.requests),
        "attempts hindered": sum(
            row["outcome"] == "unknown" or (row["outcome"] == "failed" and row["id"] in ok) for row in seen.history
        ),
    }
