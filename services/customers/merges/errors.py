"""What merges refuses, with status and slug."""

from __future__ import annotations

from uuid import UUID

from shared.errors import Conflict, NotFound


class SameCustomer(Conflict):
    """A customer cannot be merged with itself, not even by way of its aliases."""

    slug, title = "same-customer", "Both are the same customer"


class AlreadyMerged(Conflict):
    """An alias has no profile of its own to merge."""

    slug, title = "already-merged", "The customer was merged already"

    def __init__(self, asked: UUID, current: UUID, where: str) -> None:
        super().__init__(
            f"{asked} is an alias of {current}.",
            cure=f"Name {current}, or undo that merge first.",
            where=where,
            customer_id=str(current),
        )


class NoSuchMerge(NotFound):
    """No merge has that id."""

    slug, title = "no-such-merge", "No such merge"


class AlreadyUndone(Conflict):
    """The merge was undone before."""

    slug, title = "already-undone", "The merge was undone already"


class NoSuchCandidate(NotFound):
    """No link candidate has that id."""

    slug, title = "no-such-candidate", "No such link candidate"


class AlreadyDecided(Conflict):
    """The candidate was accepted or dismissed before."""

    slug, title = "already-decided", "The candidate was decided already"
