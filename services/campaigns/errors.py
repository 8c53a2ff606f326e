"""What campaigns refuses, each with its status and slug."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed, Unavailable


class CampaignNotFound(NotFound):
    """No such campaign."""

    slug, title = "campaign-not-found", "There is no such campaign"


class MessageNotFound(NotFound):
    """No such message among those that wait to be settled."""

    slug, title = "message-not-found", "There is no such unknown message"


class InvalidTemplate(Invalid):
    """A template that cannot be sent; `errors` point at subject, text or html and the line."""

    slug, title = "invalid-template", "The template is not valid"


class NotPossible(Conflict):
    """The campaign's state does not allow it."""

    slug, title = "not-possible-in-this-state", "Not possible in this state"


class ChangedMeanwhile(PreconditionFailed):
    """If-Match names an older version."""

    slug, title = "changed-meanwhile", "The campaign was changed meanwhile"


class SeedNotAllowed(Invalid):
    """A test address outside the allow-list."""

    slug, title = "seed-not-allowed", "Not a seed address"


class CustomerHasNoCard(Invalid):
    """A preview for a customer of whom `customers` knows nothing."""

    slug, title = "customer-has-no-card", "There is no such customer"


class NeighbourAway(Unavailable):
    """Another service does not answer."""

    slug, title = "neighbour-away", "Another service does not answer"


class NotSent(Unavailable):
    """The mail server did not take a test message."""

    slug, title = "not-sent", "The mail server did not take it"
