"""The job of carts: old ones are forgotten."""

from __future__ import annotations

from services.interactions.carts.service import forget_old_carts
from shared.worker.parts import Job, until_done

JOBS = [Job("forget-carts", 3600.0, until_done(forget_old_carts), first_s=180.0)]
