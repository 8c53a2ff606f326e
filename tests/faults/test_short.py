"""The short form of the crash tests, on the servers of the test session, of which none is broken: others use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import Dsns
from tests.faults.injections import SHORT
from tests.faults.runner import run_fault

SEED = 7


@pytest.mark.timeout(900)
def test_every_process_dies_a_poison_comes_and_withdrawals_race_and_every_invariant_holds(
    dsns: Dsns, tmp_path: Path
) -> None:
    """Each killed once under load, one poison, one race. Catches a loss, a double, a mail without consent."""
    verdict = run_fault(SHORT, SEED, tmp_path, dsns, None, print)
    assert verdict.error is None, (tmp_path / "error.txt").read_text()
    assert {name: found for name, found in verdict.violations.items() if found} == {}
    assert verdict.evidence is not None
    assert len(verdict.evidence.handed) > 10
