"""What duplicates refuses, with status and slug."""

from __future__ import annotations

from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound


class NoSuchDuplicate(NotFound):
    """No pair has that id: it was withdrawn, or one of the two was erased."""

    slug, title = "no-such-duplicate", "No such pair"

    def __init__(self) -> None:
        super().__init__("There is no such pair.", cure="Look at GET /duplicates.", where="path:duplicate_id")


class DuplicateDecided(Conflict):
    """The pair was confirmed or rejected before."""

    slug, title = "duplicate-decided", "The pair was decided already"

    def __init__(self, state: str) -> None:
        cure = (
            "POST …/reopen puts a rejected pair back."
            if state == "rejected"
            else "Undo its merge: POST /merges/…/undo."
        )
        super().__init__(f"This pair was {state} before.", cure=cure, where="path:duplicate_id", state=state)


class DuplicateNotRejected(Conflict):
    """Only a rejected pair can be put back."""

    slug, title = "duplicate-not-rejected", "The pair was not rejected"

    def __init__(self, state: str) -> None:
        cure = "Undo its merge: POST /merges/…/undo." if state == "confirmed" else "It waits for a decision as it is."
        super().__init__(f"This pair is {state}.", cure=cure, where="path:duplicate_id", state=state)


class NotOfThisPair(Invalid):
    """The survivor must be one of the two."""

    slug, title = "not-of-this-pair", "The survivor is not one of the two"

    def __init__(self, first: UUID, second: UUID) -> None:
        super().__init__(
            "The survivor is neither of the two.", cure=f"Name {first} or {second}, or nobody.", where="/survivor"
        )


class ComparisonRunning(Conflict):
    """Everybody is being compared already."""

    slug, title = "comparison-running", "A comparison is running already"

    def __init__(self, run_id: UUID) -> None:
        super().__init__("Everybody is being compared already.", cure="Wait for it, or cancel it.", run_id=str(run_id))


class NoSuchComparison(NotFound):
    """No comparison has that id."""

    slug, title = "no-such-comparison", "No such comparison"

    def __init__(self) -> None:
        super().__init__("There is no such comparison.", cure="Look at GET /duplicate-runs.", where="path:run_id")


class ComparisonEnded(Conflict):
    """It is done or cancelled."""

    slug, title = "comparison-ended", "The comparison has ended"

    def __init__(self, state: str) -> None:
        super().__init__(f"This comparison is {state}.", cure="Start another one.", where="path:run_id")
