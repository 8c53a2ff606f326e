"""The invariants, each a function from evidence to what violates it (nothing: it holds). No service is asked.

No clause is off in any run: of an erased person only that person's own mails and rows are exempt, and of those it is
looked at that they are gone.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.invariants import delivery, models, sending, worth
from tests.faults.records import Evidence

INVARIANTS: dict[str, Callable[[Evidence], list[str]]] = {
    "I0": worth.i0_worth_something,
    "I1": delivery.i1_accepted_is_recorded,
    "I2": delivery.i2_no_phantom,
    "I3": delivery.i3_one_effect,
    "I4": sending.i4_handed_over_once,
    "I5": sending.i5_audience_adds_up,
    "I6": delivery.i6_versions_grow,
    "I7": sending.i7_consent_wins,
    "I8": models.i8_read_models_rebuild,
    "I9": models.i9_reports_count_events,
    "I10": delivery.i10_consumed_is_handled,
    "I11": worth.i11_erased_is_gone,
    "I12": delivery.i12_recovered,
    "I13": sending.i13_caps_hold,
}


def check(seen: Evidence) -> dict[str, list[str]]:
    """Every invariant with its violations."""
    return {name: judge(seen) for name, judge in INVARIANTS.items()}
