"""Each invariant goes red on evidence of a sound run that was spoilt in one place; somebody was erased in that run."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from shared.contracts import customers
from tests.faults.invariants import INVARIANTS, check
from tests.faults.invariants.people import addressee, forgotten
from tests.faults.mutants.trials import RECORDED
from tests.faults.records import Evidence, Row, load
from tests.faults.script import token_of


def red(evidence: Evidence) -> set[str]:
    return {name for name, violations in check(evidence).items() if violations}


@pytest.fixture(scope="module")
def recorded() -> dict[str, Evidence]:
    """`good` is what the trial without a planted fault left behind, `busy` what fault 20 did: all was refused."""
    return {name: load(RECORDED / f"{name}.json.gz") for name in ("good", "busy")}


@pytest.fixture
def good(recorded: dict[str, Evidence]) -> Evidence:
    return deepcopy(recorded["good"])


@pytest.fixture
def busy(recorded: dict[str, Evidence]) -> Evidence:
    return deepcopy(recorded["busy"])


def accepted(seen: Evidence, op: str) -> Row:
    """An attempt that was confirmed, of somebody who was not erased."""
    gone = forgotten(seen)
    return next(r for r in seen.history if r["op"] == op and r["outcome"] == "ok" and r["who"] not in gone)


def a_standing_mail(seen: Evidence) -> Row:
    return next(mail for mail in seen.handed if addressee(mail) not in forgotten(seen))


def test_the_sound_runs_hold_everything_that_the_invariants_are_about(good: Evidence, busy: Evidence) -> None:
    """Catches falsifications of evidence in which there is nobody to be exempt: the erased had mail, and permits."""
    gone = forgotten(good)
    assert any(addressee(mail) in gone for mail in good.handed)
    assert {row["state"] for row in good.requests} == {"completed"}
    assert good.erased
    for op in ("grant", "withdraw", "erase", "purchase", "return", "complain"):
        assert any(row["op"] == op and row["outcome"] == "ok" for row in good.history), op
    for op in ("merge", "undo"):
        assert any(row["op"] == op and row["outcome"] == "ok" for row in busy.history), op
    assert busy.second["reported"]["handed_over"] > 0
    for sound in (good, busy):
        assert {row["model"] for row in sound.rebuilt} == {"campaigns copies", "analytics facts"}
        assert red(sound) == set()


def no_permits(seen: Evidence) -> None:
    seen.permits = []


def no_permit_for_one(seen: Evidence) -> None:
    mail = a_standing_mail(seen)
    seen.permits = [permit for permit in seen.permits if permit["message_id"] != mail["key"]]


def a_grant_lost(seen: Evidence) -> None:
    form = token_of(accepted(seen, "grant")["id"])
    seen.consents = [line for line in seen.consents if line["form"] != form]


def a_withdrawal_lost(seen: Evidence) -> None:
    form = token_of(accepted(seen, "withdraw")["id"])
    seen.consents = [line for line in seen.consents if line["form"] != form]


def a_refused_grant_recorded(seen: Evidence) -> None:
    accepted(seen, "grant")["outcome"] = "failed"


def an_erasure_lost(seen: Evidence) -> None:
    seen.requests.pop()


def an_erasure_without_end(seen: Evidence) -> None:
    seen.requests[0]["state"] = "running"


def a_return_lost(seen: Evidence) -> None:
    row = accepted(seen, "return")
    seen.interactions = [kept for kept in seen.interactions if kept["message_id"] != row["id"]]


def a_complaint_lost(seen: Evidence) -> None:
    row = accepted(seen, "complain")
    seen.interactions = [kept for kept in seen.interactions if kept["message_id"] != row["id"]]


def something_recorded_that_nobody_sent(seen: Evidence) -> None:
    row = accepted(seen, "purchase")
    seen.history = [attempt for attempt in seen.history if attempt["id"] != row["id"]]


def a_row_gone(seen: Evidence) -> None:
    """Of a standing event; what an erasure takes lies at another door."""
    event = next(e for e in seen.events if e["source"] == "privacy" and e["subject"] in seen.erased)
    seen.outboxes["privacy"].remove(event["id"])


def a_fact_kept_of_somebody_erased(seen: Evidence) -> None:
    seen.facts.append(next(e["id"] for e in seen.events if e["subject"] in seen.erased))


def a_fact_too_often(seen: Evidence) -> None:
    seen.facts.append(seen.facts[0])


def a_mail_twice(seen: Evidence) -> None:
    seen.handed.append(dict(a_standing_mail(seen)))


def a_second_mail_of_the_campaign(seen: Evidence) -> None:
    campaigns = {row["id"]: row["campaign_id"] for row in seen.ledger}
    first = a_standing_mail(seen)
    same = campaigns[first["key"]]
    other = next(m for m in seen.handed if campaigns[m["key"]] == same and m["to"] != first["to"])
    other["to"] = first["to"]


def no_ledger_row(seen: Evidence) -> None:
    mail = a_standing_mail(seen)
    seen.ledger = [row for row in seen.ledger if row["id"] != mail["key"]]


def a_ledger_row_of_a_stranger(seen: Evidence) -> None:
    seen.ledger[0] = {**seen.ledger[0], "id": "new", "customer_id": "nobody", "state": "refused"}
    no_ledger_row(seen)


def the_ledger_denies_a_mail(seen: Evidence) -> None:
    key = a_standing_mail(seen)["key"]
    next(row for row in seen.ledger if row["id"] == key)["state"] = "failed"


def versions_fall(seen: Evidence) -> None:
    by_place: dict[tuple[str, ...], list[Row]] = {}
    for event in seen.events:
        by_place.setdefault((event["topic"], event["source"], event["subject"]), []).append(event)
    first, second = next(events for events in by_place.values() if len({e["id"] for e in events}) > 1)[:2]
    first["version"], second["version"] = second["version"], first["version"]


def an_edited_segment_misses_one(seen: Evidence) -> None:
    seen.members[f"analytics/{seen.second['segment']}"].pop()


def a_rebuild_would_change_one(seen: Evidence) -> None:
    seen.rebuilt[0]["differing"] = 1


def a_mail_too_many_reported(seen: Evidence) -> None:
    seen.reported["handed_over"] += 1


def a_purchase_too_few_reported(seen: Evidence) -> None:
    seen.reported["purchases"] -= 1


def a_refusal_of_the_one_off_unreported(seen: Evidence) -> None:
    seen.second["reported"]["refused"] += 1


def an_event_not_handled(seen: Evidence) -> None:
    seen.inboxes["campaigns"].pop()


def a_letter_left_open(seen: Evidence) -> None:
    letter = {"service": "privacy", "consumer": "privacy", "event_id": None, "message_id": None, "publisher": None}
    seen.letters.append({**letter, "state": "open"})


def a_trace(seen: Evidence) -> None:
    seen.traces.append("customers.identifiers.value: gone")


def a_mail_after_the_erasure(seen: Evidence) -> None:
    mail = next(mail for mail in seen.handed if addressee(mail) in forgotten(seen))
    mail["at"] += 120


def lagging(seen: Evidence) -> None:
    seen.lag["privacy"] = 3


def no_canary(seen: Evidence) -> None:
    seen.canary_s = None


def two_mails_at_once(seen: Evidence) -> None:
    first = a_standing_mail(seen)
    other = next(mail for mail in seen.handed if mail["to"] != first["to"])
    other["to"], other["at"] = first["to"], first["at"] + 5


def nothing_struck(seen: Evidence) -> None:
    seen.struck["unknown"] = [0, 1]


def hardly_a_mail(seen: Evidence) -> None:
    seen.handed = seen.handed[:4]


SPOILT: list[tuple[str, Callable[[Evidence], None]]] = [
    ("I0", nothing_struck),
    ("I0", hardly_a_mail),
    ("I1", a_grant_lost),
    ("I1", a_withdrawal_lost),
    ("I1", a_refused_grant_recorded),
    ("I1", an_erasure_lost),
    ("I1", an_erasure_without_end),
    ("I1", a_return_lost),
    ("I1", a_complaint_lost),
    ("I1", something_recorded_that_nobody_sent),
    ("I2", a_row_gone),
    ("I3", a_fact_kept_of_somebody_erased),
    ("I3", a_fact_too_often),
    ("I4", a_mail_twice),
    ("I4", a_second_mail_of_the_campaign),
    ("I5", no_ledger_row),
    ("I5", a_ledger_row_of_a_stranger),
    ("I5", the_ledger_denies_a_mail),
    ("I6", versions_fall),
    ("I7", no_permits),
    ("I7", no_permit_for_one),
    ("I8", an_edited_segment_misses_one),
    ("I8", a_rebuild_would_change_one),
    ("I9", a_mail_too_many_reported),
    ("I9", a_purchase_too_few_reported),
    ("I9", a_refusal_of_the_one_off_unreported),
    ("I10", an_event_not_handled),
    ("I10", a_letter_left_open),
    ("I11", a_trace),
    ("I11", a_mail_after_the_erasure),
    ("I12", lagging),
    ("I12", no_canary),
    ("I13", two_mails_at_once),
]


@pytest.mark.parametrize(("invariant", "spoil"), SPOILT, ids=lambda spoilt: getattr(spoilt, "__name__", spoilt))
def test_what_is_spoilt_in_one_place_is_seen(good: Evidence, invariant: str, spoil: Callable[[Evidence], None]) -> None:
    """Catches an invariant that an erased person, a merge or a second campaign switches off."""
    spoil(good)
    assert invariant in red(good)


def test_merges_that_nobody_was_told_of_are_seen(busy: Evidence) -> None:
    """Catches a merge that is answered and not emitted."""
    busy.events = [event for event in busy.events if event["type"] != customers.CustomersMerged.TYPE]
    assert "I1" in red(busy)


def test_every_invariant_is_shown_red() -> None:
    """Catches an invariant that was added and never failed."""
    assert {invariant for invariant, _ in SPOILT} == set(INVARIANTS)


def test_no_evidence_at_all_is_red() -> None:
    """Catches a run in which nothing happened: 0 = 0 + 0."""
    assert red(Evidence()) >= {"I0", "I12"}
