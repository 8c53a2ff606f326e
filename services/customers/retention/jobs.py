"""The job that deletes values past their days."""

from __future__ import annotations

from services.customers.retention.service import expire_attributes
from shared.worker.parts import Job, until_done

# A value may be some minutes over its days.
JOBS = [Job("expire-attributes", 600.0, until_done(expire_attributes))]
