"""Refusals about a customer as a whole."""

from shared.errors import Conflict, Gone, NotFound


class CustomerUnknown(NotFound):
    """No event of this customer was handled here."""

    slug, title = "customer-unknown", "Nothing was heard of this customer"


class ObjectsToProfiling(Conflict):
    """The customer objects to profiling: nothing is worked out about them."""

    slug, title = "objects-to-profiling", "This customer objects to profiling"


class CustomerErased(Gone):
    """The customer's data was erased."""

    slug, title = "customer-erased", "This customer was erased"
