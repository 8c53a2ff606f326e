"""Refusals of erasure requests that do not exist or are in another state."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class ErasureNotFound(NotFound):
    """No such request."""

    slug, title = "erasure-not-found", "There is no such erasure"


class ErasureNotRunning(Conflict):
    """It waits for the identity check, or is completed."""

    slug, title = "erasure-not-running", "The erasure is not running"


class IdentityAlreadyChecked(Conflict):
    """The identity check was recorded before."""

    slug, title = "identity-already-checked", "The identity was checked before"


class OneAddressNeeded(Invalid):
    """An address is erased by itself, and nothing else is named with it."""

    slug, title = "one-address-needed", "One address is erased at a time"


class AddressHasOwner(Conflict):
    """A customer has this address: they are erased, not their address alone."""

    slug, title = "address-has-owner", "A customer has this address"
