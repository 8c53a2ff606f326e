"""What a purchase makes of somebody's status, an alias's too."""

from __future__ import annotations

from services.customers.profiles.domain.claims import STATUS
from services.customers.profiles.domain.customer import profile_of
from services.customers.purchases.domain import after_purchase
from tests.unit.customers.builders import A, B, a_claim, a_group, day, with_alias


def test_a_purchase_under_an_alias_brings_a_lost_survivor_back() -> None:
    whole = with_alias(a_group(A, {STATUS: a_claim("lost", 4)}), a_group(B, {STATUS: a_claim("active", 2)}), day(5))
    assert profile_of(after_purchase(whole, B, day(3), "interactions")).status == "lost"
    assert profile_of(after_purchase(whole, B, day(6), "interactions")).status == "active"


def test_a_purchase_does_not_unblock() -> None:
    blocked = a_group(A, {STATUS: a_claim("blocked", 1)})
    assert after_purchase(blocked, A, day(9), "interactions") == blocked
