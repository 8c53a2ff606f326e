"""What settings refuse."""

from __future__ import annotations

from shared.errors import Conflict, Invalid


class UnsafeInProduction(Invalid):
    """Fit for trying out only."""

    slug, title = "unsafe-in-production", "Not in production"


class RecipientsNotConfirmed(Conflict):
    """The allow-list is lifted only by somebody who says how many may be written to then."""

    slug, title = "recipients-not-confirmed", "Say how many may be written to"


class AllowListHolds(Conflict):
    """Only the allow-list is written to, so that a campaign would refuse everybody else."""

    slug, title = "allow-list-holds", "An allow-list holds"
