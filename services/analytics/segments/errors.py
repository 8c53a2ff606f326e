"""Refusals about segments and static lists."""

from shared.errors import Conflict, Invalid, NotFound


class SegmentNotFound(NotFound):
    """No such segment."""

    slug, title = "segment-not-found", "There is no such segment"


class ListNotFound(NotFound):
    """No such static list."""

    slug, title = "list-not-found", "There is no such list"


class InvalidSegment(Invalid):
    """The definition cannot be right; `errors` point at its nodes."""

    slug, title = "invalid-segment", "The definition of the segment is not valid"


class NameTaken(Conflict):
    """Another one has this name."""

    slug, title = "name-taken", "The name is taken"


class SegmentArchived(Conflict):
    """It is archived and cannot be changed."""

    slug, title = "segment-archived", "The segment is archived"


class StillReferred(Conflict):
    """Other segments refer to it."""

    slug, title = "still-referred", "Other segments refer to it"


class NotLiveYet(Conflict):
    """It is being filled and answers nothing yet."""

    slug, title = "segment-not-live", "The segment is still being filled"


class ListIsKept(Conflict):
    """A list that the product itself keeps."""

    slug, title = "list-is-kept", "Nobody changes this list by hand"
