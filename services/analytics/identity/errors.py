"""Refusals about a customer as a whole."""

from shared.errors import Gone, NotFound


class CustomerUnknown(NotFound):
    """No event of this customer was handled here."""

    slug, title = "customer-unknown", "Nothing was heard of this customer"


class CustomerErased(Gone):
    """The customer's data was erased."""

    slug, title = "customer-erased", "This customer was erased"
