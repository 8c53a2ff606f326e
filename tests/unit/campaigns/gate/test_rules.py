"""Would catch a rule that is left out, comes in the wrong order, or defers beyond the expiry."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.content.domain.content import Content
from services.campaigns.gate.domain.caps import Cap
from services.campaigns.gate.domain.holdout import is_held_out
from services.campaigns.gate.domain.policy import Policy
from services.campaigns.gate.domain.quiet_hours import QuietHours
from services.campaigns.gate.domain.rules import RULES, Deferred, Refused, judge
from services.campaigns.gate.domain.terms import SegmentCondition, TermsState
from services.campaigns.messages.domain.ledger import Sent
from tests.unit.campaigns.gate.builders import EVERYBODY, NOON, SEGMENT, facts, some_terms

DAY = timedelta(days=1)
_SENT = (Sent(NOON, uuid4(), "offers"),)
# Each thing that speaks against a message, in the order in which it is given.
OBJECTIONS: list[tuple[str, dict[str, Any]]] = [
    ("erased", {"erased": True}),
    ("campaign-stopped", {"terms": some_terms(state=TermsState.OVER, holdout=EVERYBODY)}),
    ("too-late", {"expires_at": NOON}),
    ("stop-all", {"halted": True}),
    ("campaign-paused", {"terms": some_terms(state=TermsState.PAUSED, holdout=EVERYBODY)}),
    ("restricted", {"restricted": True}),
    ("blocked", {"blocked": True}),
    ("open-complaint", {"complaint": True, "policy": Policy(spare_complaints=True)}),
    ("left-segment", {"member": False}),
    ("no-consent", {"consent_denied": True}),
    ("no-card", {"card_found": False}),
    ("no-address", {"has_address": False}),
    ("not-in-allow-list", {"address_allowed": False}),
    ("duplicate-address", {"address_state": "reached"}),
    ("quiet-hours", {"policy": Policy((Cap(1, DAY),), QuietHours(time(11), time(13)))}),
    ("frequency-cap", {"policy": Policy((Cap(1, DAY),)), "sent": _SENT}),
    ("holdout", {"terms": some_terms(holdout=EVERYBODY)}),
]


def test_a_message_against_which_nothing_speaks_may_be_claimed() -> None:
    assert judge(facts()) is None


def test_every_rule_has_its_objection_here() -> None:
    assert len(RULES) == len(OBJECTIONS)


@pytest.mark.parametrize(("reason", "changes"), OBJECTIONS, ids=[reason for reason, _ in OBJECTIONS])
def test_each_objection_alone_is_given(reason: str, changes: dict[str, Any]) -> None:
    verdict = judge(facts(**changes))
    assert verdict is not None
    assert verdict.reason == reason


@given(chosen=st.sets(st.integers(0, len(OBJECTIONS) - 1), min_size=1))
def test_of_several_objections_the_first_in_the_list_is_given(chosen: set[int]) -> None:
    changes: dict[str, Any] = {}
    for position in sorted(chosen, reverse=True):
        changes |= OBJECTIONS[position][1]
    assert (verdict := judge(facts(**changes))) is not None
    assert verdict.reason == OBJECTIONS[min(chosen)][0]


def test_nothing_is_deferred_beyond_its_expiry() -> None:
    policy = Policy((Cap(1, timedelta(days=30)),))
    verdict = judge(facts(policy=policy, sent=_SENT, expires_at=NOON + DAY))
    assert verdict == Deferred("frequency-cap", NOON + DAY)


def test_at_its_expiry_it_is_refused_as_too_late() -> None:
    assert judge(facts(expires_at=NOON, halted=True)) == Refused("too-late")


def test_a_service_message_passes_caps_quiet_hours_and_refusals_of_marketing() -> None:
    content = Content("Sent", "Your order was sent.")
    terms = some_terms(purpose="service", content=content)
    policy = Policy((Cap(1, DAY),), QuietHours(time(11), time(13)))
    assert judge(facts(terms, policy=policy, sent=_SENT)) is None


def test_who_left_a_segment_is_written_to_only_while_outside() -> None:
    terms = some_terms(segment=SegmentCondition(SEGMENT, inside=False))
    assert judge(facts(terms, member=False)) is None
    assert judge(facts(terms, member=True)) == Refused("entered-again")


def test_the_audience_of_a_one_off_stays_frozen() -> None:
    assert judge(facts(some_terms(segment=None), member=False)) is None


def test_an_address_that_never_comes_is_given_up() -> None:
    assert isinstance(judge(facts(has_address=False, attempts=7)), Deferred)
    assert judge(facts(has_address=False, attempts=8)) == Refused("no-address")


def test_another_message_of_the_run_in_hand_only_defers() -> None:
    assert judge(facts(address_state="pending")) == Deferred("duplicate-address")


@given(percent=st.floats(0, 100))
def test_the_holdout_is_close_to_its_percentage(percent: float) -> None:
    salt = uuid4()
    share = sum(is_held_out(uuid4(), salt, percent) for _ in range(2_000)) / 20
    assert abs(share - percent) < 6


def test_the_holdout_of_a_customer_never_changes_within_a_campaign() -> None:
    salt, customer = uuid4(), uuid4()
    assert len({is_held_out(customer, salt, 50) for _ in range(10)}) == 1
