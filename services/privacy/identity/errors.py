"""Refusals of names that do not say who the customer is."""

from __future__ import annotations

from shared.errors import Invalid


class CustomerNotDerivable(Invalid):
    """No identifier that may say who the customer is."""

    slug, title = "customer-not-derivable", "The customer cannot be told from these identifiers"


class CustomerIdNeeded(Invalid):
    """An identifier that may stand beside another in somebody's profile: it does not say surely who is meant."""

    slug, title = "customer-id-needed", "This does not say surely who the customer is"
