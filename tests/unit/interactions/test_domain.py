"""Identity, valuation, origin: the plain rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interactions.identity.domain import customer_of, person_of, possible_ids
from services.interactions.rates.domain import PLACES, Rate, base_amount, wrong_with_rate
from services.interactions.recording.domain import message_digest, observation_digests, origin_of, tells_anything_new
from shared.contracts.envelope import Origin
from shared.contracts.inbound import CustomerRef

KEY = "a key of this test"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@given(st.integers(-(10**13), 10**13), st.sampled_from(sorted(PLACES)))
def test_the_base_currency_is_worth_itself(amount: int, currency: str) -> None:
    """Would catch rounding where there is nothing to round."""
    assert base_amount(amount, currency, currency, None) == amount


@given(
    st.integers(-(10**13), 10**13),
    st.sampled_from(sorted(PLACES)),
    st.sampled_from(sorted(PLACES)),
    st.decimals(Decimal("0.000001"), Decimal(10**9), places=6),
)
def test_a_valuation_is_within_half_a_minor_unit_or_none(amount: int, currency: str, base: str, rate: Decimal) -> None:
    """Would catch floats, the wrong number of places, and an amount that no column can hold."""
    value = base_amount(amount, currency, base, rate)
    if currency == base:
        return
    exact = Decimal(amount) * rate * Decimal(10) ** (PLACES[base] - PLACES[currency])
    if value is None:
        assert abs(exact) > 2**62
    else:
        assert abs(value - exact) <= Decimal("0.5")
        assert -(2**63) < value < 2**63


@pytest.mark.parametrize(
    ("currency", "amount", "rate", "expected"),
    [("JPY", 12_345, "0.0091", 11_234), ("KWD", 1_000, "3.2505", 325), ("EUR", 1_001, "1.1", 1_101)],
)
def test_places_of_minor_units_differ(currency: str, amount: int, rate: str, expected: int) -> None:
    """Would catch a yen that is taken for a cent. 110.11 and 325.05 round to even at the half."""
    assert base_amount(amount, currency, "USD", Decimal(rate)) == expected


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "1e10", "0.0000000000001"])
def test_a_rate_that_cannot_be_is_named(rate: str) -> None:
    """Would catch a typing error that values every basket at a fortune."""
    assert wrong_with_rate(Rate("EUR", NOW.date(), Decimal(rate)), "USD")


def test_a_phone_says_nothing_and_a_given_id_says_all() -> None:
    """Would catch strangers who share a phone in one customer."""
    given_id = uuid4()
    person = person_of(KEY, CustomerRef(customer_id=given_id, email="a@example.test", phone="+49 30 1"))
    assert customer_of(KEY, person, {}) == (given_id, 0)
    assert person.derived_from is None
    with pytest.raises(ValueError):
        customer_of(KEY, person_of(KEY, CustomerRef(phone="+49 30 12345")), {})


@given(st.integers(0, 50))
def test_each_generation_is_somebody_else_and_all_are_found(generation: int) -> None:
    """Would catch an erased person who is met again, and one who is not found in what was written before."""
    ref = CustomerRef(email="ada@example.test", phone="+49 30 12345")
    person = person_of(KEY, ref)
    assert person.deriving_fingerprint is not None
    generations = {person.deriving_fingerprint: generation}
    current, told = customer_of(KEY, person, generations)
    assert told == generation
    possible = possible_ids(KEY, ref, generations)
    assert current in possible
    assert len(possible) == generation + 1


def test_news_is_what_changed() -> None:
    """Would catch a change back to an old value that is swallowed, and an order of fields that counts as news."""
    person = person_of(KEY, CustomerRef(email="ada@example.test"))
    first = observation_digests(person, {"a": 1, "b": 2})
    assert tells_anything_new(first, {})
    assert not tells_anything_new(observation_digests(person, {"b": 2, "a": 1}), first)
    assert tells_anything_new(observation_digests(person, {"a": 1}), first)
    assert not tells_anything_new(observation_digests(person, {}), first)
    assert not tells_anything_new({}, {})


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_digest_belongs_to_one_message_of_one_publisher(publisher: str, message_id: str, other: str) -> None:
    """Would catch two publishers' messages, or two messages, that are taken for one."""
    mine = message_digest(KEY, publisher, message_id)
    assert mine == message_digest(KEY, publisher, message_id)
    assert (mine == message_digest(KEY, publisher, other)) == (message_id == other)
    assert mine != message_digest("another key", publisher, message_id)


@pytest.mark.parametrize(
    ("claimed", "age", "origin"),
    [
        ("live", timedelta(0), Origin.LIVE),
        ("live", timedelta(hours=24), Origin.LIVE),
        ("live", timedelta(hours=24, seconds=1), Origin.HISTORY),
        ("history", timedelta(0), Origin.HISTORY),
    ],
)
def test_only_today_is_live(claimed: str, age: timedelta, origin: Origin) -> None:
    """Would catch an import that mails."""
    assert origin_of(claimed, NOW - age, NOW) == origin
