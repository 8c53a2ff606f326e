"""Refusals of rates."""

from __future__ import annotations

from shared.errors import Conflict, Invalid


class InvalidRate(Invalid):
    """A rate that cannot be."""

    slug, title = "invalid-rate", "The rate is not valid"


class UnknownCurrency(Invalid):
    """No currency of ISO 4217."""

    slug, title = "unknown-currency", "There is no such currency"


class BaseCurrencyFixed(Conflict):
    """Something was bought: its value is kept in the base currency, which stays."""

    slug, title = "base-currency-fixed", "The base currency is fixed"
