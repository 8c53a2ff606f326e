"""Refusals of rates."""

from __future__ import annotations

from shared.errors import Invalid


class InvalidRate(Invalid):
    """A rate that cannot be."""

    slug, title = "invalid-rate", "The rate is not valid"
