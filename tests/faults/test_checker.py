"""The checker itself: green on what a sound run left behind, red on what each planted fault left behind."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.faults.invariants import check
from tests.faults.mutants.trials import RECORDED, TRIALS, Trial
from tests.faults.records import Evidence, load


def red(evidence: Evidence) -> set[str]:
    return {name for name, violations in check(evidence).items() if violations}


@pytest.fixture(scope="module")
def recorded() -> Evidence:
    return load(RECORDED / "good.json.gz")


@pytest.fixture
def good(recorded: Evidence) -> Evidence:
    """A sound run, to be spoilt."""
    return deepcopy(recorded)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_each_planted_fault_is_seen_in_what_it_left_behind(trial: Trial) -> None:
    """Catches a checker that has become blind; the evidence comes from real runs of `make faults`."""
    found = red(load(RECORDED / f"{trial.name}.json.gz"))
    assert trial.breaks <= found
    assert trial.planted is not None or not found


def test_evidence_of_a_sound_run_is_not_empty(good: Evidence) -> None:
    """Catches a run that proves nothing because nothing happened in it."""
    assert len(good.history) > 100
    assert len(good.handed) > 5
    assert {row["outcome"] for row in good.history} >= {"ok"}
    assert {row["state"] for row in good.ledger} >= {"handed_over", "refused"}


def test_an_accepted_purchase_that_is_nowhere_is_missed(good: Evidence) -> None:
    """Catches I1 looking only at what is recorded."""
    good.history.append({"op": "purchase", "id": "x", "who": "x", "outcome": "ok", "publisher": "till"})
    assert red(good) == {"I1"}


def test_a_purchase_whose_fate_is_unknown_may_go_either_way(good: Evidence) -> None:
    """Catches a checker that cries wolf over timeouts."""
    good.history.append({"op": "purchase", "id": "x", "who": "x", "outcome": "unknown", "publisher": "till"})
    kept = next(row for row in good.history if row["op"] == "purchase" and row["outcome"] == "ok")
    kept["outcome"] = "unknown"
    assert red(good) == set()


def test_a_refused_purchase_that_is_recorded_is_seen(good: Evidence) -> None:
    """Catches a refusal that is answered and not meant."""
    kept = next(row for row in good.history if row["op"] == "purchase" and row["outcome"] == "ok")
    for row in good.history:
        if row["id"] == kept["id"]:
            row["outcome"] = "failed"
    assert "I1" in red(good)


def test_an_event_without_its_row_is_seen(good: Evidence) -> None:
    """Catches I2 comparing counts instead of ids."""
    good.outboxes["analytics"][0] = "another"
    assert red(good) == {"I2"}


def test_two_mails_to_one_person_are_seen(good: Evidence) -> None:
    """Catches I4 trusting the ledger."""
    good.handed.append(dict(good.handed[0]))
    assert "I4" in red(good)


def test_a_mail_on_a_permit_from_before_a_withdrawal_is_seen_by_version_not_by_clock(good: Evidence) -> None:
    """Catches I7 comparing times: here the permit's own clock runs an hour ahead of the withdrawal's number."""
    mail = good.handed[0]
    permit = next(row for row in good.permits if row["message_id"] == mail["key"])
    good.consents.append(
        {
            "customer_id": permit["customer_id"],
            "version": permit["versions"][0],
            "action": "withdrawn",
            "effective": True,
        }
    )
    assert red(good) == {"I7"}


def test_a_permit_for_an_address_that_had_refused_is_seen(good: Evidence) -> None:
    """Catches I7 looking at customers alone: here nobody withdrew by an id."""
    mail = good.handed[0]
    permit = next(row for row in good.permits if row["message_id"] == mail["key"])
    permit["covers"] = [*permit["covers"], "the address"]
    permit["versions"] = [*permit["versions"], 7]
    refusal = {"customer_id": "the address", "action": "withdrawn", "effective": True, "by_address": True}
    good.consents.append({**refusal, "version": 8, "purpose": "*"})
    assert red(good) == set()
    good.consents[-1]["version"] = 6
    assert red(good) == {"I7"}


def test_a_mail_long_after_its_permit_is_seen(good: Evidence) -> None:
    """Catches a permit kept for later."""
    good.handed[0]["at"] += 60
    assert "I7" in red(good)


def test_a_mail_to_somebody_who_never_agreed_is_seen_without_asking_privacy(good: Evidence) -> None:
    """Catches a checker that believes the very database that may be wrong."""
    who = good.handed[0]["to"].partition("@")[0]
    good.history = [row for row in good.history if (row["who"], row["op"]) != (who, "grant")]
    assert red(good) == {"I7"}


def test_a_customer_missing_in_a_read_model_is_seen(good: Evidence) -> None:
    """Catches I8 asking the model about itself."""
    good.members["campaigns"].pop()
    assert red(good) == {"I8"}


def test_a_message_without_an_end_is_seen(good: Evidence) -> None:
    """Catches somebody who is skipped silently."""
    next(row for row in good.ledger if row["state"] == "refused")["state"] = "waiting"
    assert "I5" in red(good)


def test_lag_an_open_letter_and_a_late_canary_are_seen(good: Evidence) -> None:
    """Catches a system that needs somebody's help after the fault."""
    good.lag["privacy"], good.canary_s = 3, 31.0
    good.letters.append(
        {"service": "privacy", "consumer": "privacy", "event_id": None, "message_id": None, "publisher": None,
         "state": "open"}
    )  # fmt: skip
    assert red(good) == {"I10", "I12"}
