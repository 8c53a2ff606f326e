"""The wording of violations, and what several invariants ask of the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from shared.contracts import interactions
from tests.faults.records import Row

PURCHASE = interactions.PurchaseRecorded.TYPE
_SHOWN = 3


def violations(what: str, ids: Iterable[Any]) -> list[str]:
    """One line: how many, what, and the first of them; none for none."""
    listed = sorted(map(str, ids))
    if not listed:
        return []
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return [f"{len(listed)} {what}: {', '.join(listed[:_SHOWN])}{more}"]


def differ(what: str, live: set[Any], rebuilt: set[Any]) -> list[str]:
    """What is only in `live`, and what is missing in it."""
    return [*violations(f"only in {what}", live - rebuilt), *violations(f"missing in {what}", rebuilt - live)]


def doubled(counts: Counter[Any]) -> set[Any]:
    """What was counted more than once."""
    return {item for item, count in counts.items() if count > 1}


def ledger_key(row: Row) -> str:
    """What may be handed over once."""
    return "/".join(row[name] for name in ("campaign_id", "entry_id", "customer_id", "step", "channel"))


def segments_of(transitions: list[Row]) -> set[str]:
    """The segments of some transitions."""
    return {transition["segment_id"] for transition in transitions}
