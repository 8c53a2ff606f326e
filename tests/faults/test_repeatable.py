"""What makes a red run worth something: it can be repeated, and what was seen can be kept."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from tests.faults.compact import compact
from tests.faults.history import History, read_lines
from tests.faults.invariants import check
from tests.faults.mutants.trials import RECORDED
from tests.faults.records import load, save
from tests.faults.script import Mix, script


def steps(seed: int) -> list[tuple[str, str, str]]:
    return [(step.op, step.id, step.door) for step in islice(script(seed, Mix()), 1_000)]


def test_a_seed_decides_who_does_what_in_which_order() -> None:
    """Catches a load that draws from a source that the seed does not govern."""
    assert steps(7) == steps(7)
    assert steps(7) != steps(8)


def test_the_load_contains_what_the_invariants_need() -> None:
    """Catches a mix that proves nothing: no second door, no withdrawal, no duplicate, nothing to refuse."""
    seen = steps(7)
    ops = {"purchase", "return", "complain", "grant", "withdraw", "erase", "merge", "undo"}
    assert {op for op, _, _ in seen} == ops
    assert {door for op, _, door in seen if op == "purchase"} == {"http", "kafka"}
    assert len({id for _, id, _ in seen}) < len(seen)
    assert any(id.endswith("-empty") for _, id, _ in seen)


def test_evidence_is_judged_alike_after_it_was_made_small_and_kept(tmp_path: Path) -> None:
    """Catches a short form in which two different ids become one, or one becomes two."""
    for name in ("good", "no-uniqueness"):
        evidence = load(RECORDED / f"{name}.json.gz")
        save(compact(evidence), tmp_path / name)
        counts = {invariant: len(violations) for invariant, violations in check(evidence).items()}
        assert {invariant: len(violations) for invariant, violations in check(load(tmp_path / name)).items()} == counts


def test_a_line_that_was_cut_off_by_a_crash_is_not_read(tmp_path: Path) -> None:
    """Catches a history whose last line makes the whole of it unreadable."""
    history = History(tmp_path / "history.ndjson")
    history.add("purchase", "1", "ada", "ok")
    history.close()
    with (tmp_path / "history.ndjson").open("ab") as file:
        file.write(b'{"op": "purch')
    assert [row["id"] for row in read_lines(tmp_path / "history.ndjson")] == ["1"]
