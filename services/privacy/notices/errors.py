"""Refusals of purposes and wordings that do not exist, or may not be used so."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class PurposeNotFound(NotFound):
    """No purpose has this name."""

    slug, title = "purpose-not-found", "There is no such purpose"


class UnknownPurpose(Invalid):
    """A purpose that nobody defined: what is recorded for it would permit and stop nothing."""

    slug, title = "unknown-purpose", "Nobody defined this purpose"


class PurposeFixed(Conflict):
    """A built-in purpose means the same in every installation."""

    slug, title = "purpose-built-in", "This purpose is built in"


class PurposeArchived(Invalid):
    """Nothing is granted for it any more."""

    slug, title = "purpose-archived", "This purpose is archived"


class ChannelNotOffered(Invalid):
    """The purpose uses other channels."""

    slug, title = "channel-not-offered", "The purpose does not use this channel"


class BasisNotAllowed(Invalid):
    """The purpose may not rest on this basis."""

    slug, title = "basis-not-allowed", "The purpose may not rest on this basis"


class UnknownNotice(Invalid):
    """A wording that nobody stored."""

    slug, title = "unknown-notice", "There is no such wording"


class NoticeNotFound(NotFound):
    """No wording has this id."""

    slug, title = "notice-not-found", "There is no such wording"


class NoticeStands(Conflict):
    """A version of a wording says one thing, for ever."""

    slug, title = "notice-stands", "This version says something else"


class NoticeMeansOther(Invalid):
    """A statement about one purpose or channel, made before the wording of another."""

    slug, title = "notice-of-another-purpose", "The wording asks for something else"
