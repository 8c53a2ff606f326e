"""The job that brings identifiers to the present spelling and tells whose they are."""

from __future__ import annotations

from services.customers.respellings.service import respell_identifiers
from shared.worker.parts import Job, until_done

# It has work once, after an upgrade; then it asks an empty index.
JOBS = [Job("respell-identifiers", 10.0, until_done(respell_identifiers))]
