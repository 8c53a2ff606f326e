"""The jobs of duplicates: compare who was written and everybody, merge what is sure."""

from __future__ import annotations

from services.customers.duplicates.service.comparing import compare_some
from services.customers.duplicates.service.deciding import merge_sure_ones
from shared.worker.parts import Job, until_done

JOBS = [
    # Somebody who was entered twice is seen while the one who entered them is still there.
    Job("compare-customers", 1.0, until_done(compare_some)),
    Job("merge-sure-duplicates", 5.0, until_done(merge_sure_ones)),
]
