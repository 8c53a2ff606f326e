"""Refusals of requests that do not exist or are in another state."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class RequestNotFound(NotFound):
    """No request has this id."""

    slug, title = "request-not-found", "There is no such request"


class RequestClosed(Conflict):
    """It was answered or refused."""

    slug, title = "request-closed", "The request is closed"


class IdentityMissing(Conflict):
    """Nothing is given out or changed before the identity is checked."""

    slug, title = "identity-missing", "The identity was not checked"


class ErasingNeedsScope(Forbidden):
    """Who may take requests may not, by that alone, erase anybody."""

    slug, title = "erasing-needs-scope", "Erasing needs a scope of its own"


class AlreadyExtended(Conflict):
    """A deadline is extended once."""

    slug, title = "already-extended", "The deadline was extended before"


class NothingToFetch(Conflict):
    """The archive is not made yet, or was fetched, or has expired."""

    slug, title = "nothing-to-fetch", "There is no archive to fetch"


class NotByHand(Conflict):
    """The answer to this kind of request is given by the machine."""

    slug, title = "not-by-hand", "This request is not completed by hand"


class ReceivedLater(Invalid):
    """A request that will come."""

    slug, title = "received-later", "The request lies in the future"
