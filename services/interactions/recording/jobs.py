"""Jobs of recording: carts that were left are recorded, visitors whom nobody has claimed are forgotten."""

from __future__ import annotations

from services.interactions.recording.service.carts import record_abandoned_carts
from services.interactions.recording.service.visitors import forget_idle_visitors
from shared.worker.parts import Job, until_done

JOBS = [
    Job("abandoned-carts", 30.0, until_done(record_abandoned_carts), first_s=30.0),
    Job("forget-visitors", 3600.0, until_done(forget_idle_visitors), first_s=60.0),
]
