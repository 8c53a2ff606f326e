"""Refusals of statements that cannot be recorded."""

from __future__ import annotations

from shared.errors import Invalid, NotFound


class NothingRecorded(NotFound):
    """A withdrawal by a name under which nobody ever said anything: it would stop nothing, and must not look as if."""

    slug, title = "nothing-said", "Nothing was ever said under this name"


class InTheFuture(Invalid):
    """A statement cannot have been made later than now."""

    slug, title = "in-the-future", "The time lies in the future"


class ExpiresTooEarly(Invalid):
    """A grant that expires before it was given."""

    slug, title = "expires-too-early", "The grant expires before it was given"


class NoConsentNeeded(Invalid):
    """Service messages go out without consent; there is nothing to record."""

    slug, title = "no-consent-needed", "This purpose needs no consent"
