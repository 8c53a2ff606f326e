"""Counts pairs of products every night."""

from __future__ import annotations

from services.analytics.crosssell.service import count_nightly
from shared.worker.parts import Job

EVERY_S = 600.0
# A worker that was away handles its backlog first.
FIRST_S = 180.0


def job() -> Job:
    """The job, done by one worker at a time."""
    return Job("product-pairs", EVERY_S, count_nightly, first_s=FIRST_S)
