"""What privacy refuses, each with its status and slug."""

from __future__ import annotations

from shared.errors import Conflict, Gone, Invalid, NotFound


class CustomerNotDerivable(Invalid):
    """No identifier that may say who the customer is."""

    slug, title = "customer-not-derivable", "The customer cannot be told from these identifiers"


class CustomerIdNeeded(Invalid):
    """A name that may stand beside another in somebody's profile: it does not say surely whom to erase."""

    slug, title = "customer-id-needed", "This does not say surely who the customer is"


class NothingSaid(NotFound):
    """A withdrawal by a name under which nobody ever said anything: it would stop nothing, and must not look as if."""

    slug, title = "nothing-said", "Nothing was ever said under this name"


class CustomerErased(Gone):
    """This customer id is erased; nothing is recorded for it any more."""

    slug, title = "customer-erased", "This customer was erased"


class InTheFuture(Invalid):
    """Something cannot have been said later than now."""

    slug, title = "in-the-future", "The time lies in the future"


class OverBefore(Invalid):
    """A grant that expires before it was given."""

    slug, title = "expires-too-early", "The grant expires before it was given"


class NoConsentNeeded(Invalid):
    """Service messages go out without consent; there is nothing to record."""

    slug, title = "no-consent-needed", "This purpose needs no consent"


class ErasureNotFound(NotFound):
    """No such request."""

    slug, title = "erasure-not-found", "There is no such erasure"


class ErasureNotRunning(Conflict):
    """It waits for the identity check, or is completed."""

    slug, title = "erasure-not-running", "The erasure is not running"


class IdentityAlreadyChecked(Conflict):
    """The identity check was recorded before."""

    slug, title = "identity-already-checked", "The identity was checked before"
