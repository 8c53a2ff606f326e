"""How much each row takes in: a quick look, or in full."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Counts and seconds."""

    is_short: bool
    ingest_s: float
    recorded: int
    duplicates: int
    heard: int
    customers: int
    segments: tuple[int, ...]
    live_s: float
    loop_s: float
    loop_rates: tuple[int, ...]
    waiting: int
    lapse_s: float
    storm: int
    filled_customers: int
    facts: int
    audience: int
    look_ups_s: float
    growth: tuple[int, ...]
    growth_events: int
    growth_look_s: float


SHORT = Size(
    is_short=True, ingest_s=1, recorded=6_000, duplicates=5_000, heard=8_000,
    customers=1_000, segments=(100,), live_s=4, loop_s=4,
    loop_rates=(), waiting=20_000, lapse_s=2, storm=1_200, filled_customers=10_000, facts=100_000, audience=500,
    look_ups_s=1, growth=(1, 4), growth_events=500, growth_look_s=0.5,
)  # fmt: skip
FULL = Size(
    is_short=False, ingest_s=10, recorded=60_000, duplicates=100_000, heard=120_000,
    customers=20_000, segments=(20, 100, 300), live_s=20,
    loop_s=40, loop_rates=(100, 200, 300, 400), waiting=1_000_000, lapse_s=30, storm=100_000,
    filled_customers=1_000_000, facts=10_000_000, audience=100_000, look_ups_s=10, growth=(1, 4, 16),
    growth_events=30_000, growth_look_s=1.5,
)  # fmt: skip
