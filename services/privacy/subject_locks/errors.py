"""The refusal that every change of an erased customer meets."""

from __future__ import annotations

from shared.errors import Gone


class CustomerErased(Gone):
    """This customer id is erased; nothing is recorded for it any more."""

    slug, title = "customer-erased", "This customer was erased"
