"""Refusals about campaigns."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Unavailable


class CampaignNotFound(NotFound):
    """No such campaign."""

    slug, title = "campaign-not-found", "There is no such campaign"


class InvalidTemplate(Invalid):
    """A template that cannot be sent; `errors` point at subject, text or html and the line."""

    slug, title = "invalid-template", "The template is not valid"


class NotPossible(Conflict):
    """The campaign's state does not allow it."""

    slug, title = "not-possible-in-this-state", "Not possible in this state"


class ChangedMeanwhile(PreconditionFailed):
    """If-Match names an older version."""

    slug, title = "changed-meanwhile", "The campaign was changed meanwhile"


class SegmentNotReady(Conflict):
    """The trigger's segment is not known, archived, or still being filled; `state` says which."""

    slug, title = "segment-not-ready", "The campaign's segment is not ready"


class PurposeGrantedByNobody(Conflict):
    """A one-off would reach nobody."""

    slug, title = "purpose-granted-by-nobody", "Nobody permits messages of this purpose"


class NotForService(Conflict):
    """A campaign of the purpose `service` that is none."""

    slug, title = "not-for-service", "Not for service messages"


class ServiceScopeMissing(Forbidden):
    """Service messages reach people who withdrew: not every key that sends may send them."""

    slug, title = "service-scope-missing", "This key may not send service messages"


class CustomerScopeMissing(Forbidden):
    """A letter shows what is known of its customer: whoever may not read that may not have it written."""

    slug, title = "customer-scope-missing", "This key may not read customers"


class SeedNotAllowed(Invalid):
    """A test address outside the allow-list."""

    slug, title = "seed-not-allowed", "Not a seed address"


class CustomerHasNoCard(Invalid):
    """A preview for a customer of whom `customers` knows nothing."""

    slug, title = "customer-has-no-card", "There is no such customer"


class ServiceUnavailable(Unavailable):
    """Another service does not answer."""

    slug, title = "neighbour-away", "Another service does not answer"


class Halted(Conflict):
    """The stop-all switch is thrown."""

    slug, title = "halted", "Everything is halted"
