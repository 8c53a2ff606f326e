"""Refusals about scores."""

from shared.errors import NotFound


class NotScored(NotFound):
    """No score of this customer."""

    slug, title = "not-scored", "The customer has no scores"
