"""Valuation in the base currency, and rates that cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interactions.rates.domain import PLACES, Rate, base_amount, wrong_with_rate

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


def test_a_withdrawn_currency_is_valued_by_its_own_rates_and_places() -> None:
    """Would catch liras counted as if they had cents, and a rate of a day on which nobody could pay so."""
    assert base_amount(1936, "ITL", "EUR", Decimal("0.000516457")) == 100
    assert wrong_with_rate(Rate("HRK", date(2022, 12, 30), Decimal("0.1327")), "EUR") is None
    assert "2023" in (wrong_with_rate(Rate("HRK", date(2024, 1, 2), Decimal("0.1327")), "EUR") or "")
