"""Refusals of changes to a customer who was erased, or who does not hold still."""

from __future__ import annotations

from shared.errors import Gone, Unavailable


class CustomerErased(Gone):
    """This customer id is erased; nothing is recorded for it any more."""

    slug, title = "customer-erased", "This customer was erased"


class StillMerging(Unavailable):
    """Merges of this customer follow each other faster than they can be locked."""

    slug, title = "still-merging", "The customer is being merged"
