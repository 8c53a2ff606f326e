"""Which customer a reference means."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interactions.identity.domain import customer_of, person_of
from shared.contracts.inbound import CustomerRef

KEY = "a key of this test"


def test_a_phone_says_nothing_and_a_given_id_says_all() -> None:
    """Would catch strangers who share a phone in one customer."""
    given_id = uuid4()
    person = person_of(KEY, CustomerRef(customer_id=given_id, email="a@example.test", phone="+49 30 1"))
    assert customer_of(KEY, person, {})[:2] == (given_id, 0)
    assert person.derived_from is None
    with pytest.raises(ValueError):
        customer_of(KEY, person_of(KEY, CustomerRef(phone="+49 30 12345")), {})


@given(st.integers(0, 50))
def test_each_generation_is_somebody_else(generation: int) -> None:
    """Would catch an erased person who is met again."""
    ref = CustomerRef(email="ada@example.test", phone="+49 30 12345")
    person = person_of(KEY, ref)
    generations = {person.names[0]: generation}
    current, derived, _ = customer_of(KEY, person, generations)
    assert derived == generation
    others = {customer_of(KEY, person, {person.names[0]: before})[0] for before in range(generation)}
    assert len(others) == generation
    assert current not in others
