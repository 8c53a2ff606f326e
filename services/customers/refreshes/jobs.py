"""The job that publishes customers again after a definition changed."""

from __future__ import annotations

from services.customers.refreshes.service import refresh_customers
from shared.worker.parts import Job, until_done

# A definition that changed should be seen at once.
JOBS = [Job("refresh-attributes", 2.0, until_done(refresh_customers))]
