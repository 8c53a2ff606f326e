"""Refusals of service cases."""

from __future__ import annotations

from shared.errors import Conflict, Gone, Invalid, NotFound


class CaseNotFound(NotFound):
    """No case has this id."""

    slug, title = "case-not-found", "No such case"


class CaseMoveRefused(Conflict):
    """A case cannot come from its state into that one."""

    slug, title = "case-move-refused", "The case cannot come into this state"


class CaseChangedMeanwhile(Conflict):
    """Somebody else has changed the case since it was read."""

    slug, title = "case-changed-meanwhile", "The case was changed meanwhile"


class NotTheirContact(Invalid):
    """A case is made from a contact with its customer, and from nothing else."""

    slug, title = "not-their-contact", "The interaction is no contact of this customer"


class CustomerErased(Gone):
    """Nothing is recorded about them any more."""

    slug, title = "customer-erased", "This customer was erased"
