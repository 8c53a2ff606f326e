"""From publishing an event to the mail that it caused: machine seconds, by nearest rank."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Latency:
    """Seconds; None while there is no sample."""

    samples: int
    p50: float | None
    p99: float | None
    longest: float | None


def percentile(values: Collection[float], percent: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `percent` of 100 values do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def latency_of(seconds: Collection[float]) -> Latency:
    """The figures of these samples."""
    return Latency(len(seconds), percentile(seconds, 50), percentile(seconds, 99), max(seconds, default=None))
