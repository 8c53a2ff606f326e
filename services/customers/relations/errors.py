"""What relations refuses, with status and slug."""

from __future__ import annotations

from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound


class NoSuchRelation(NotFound):
    """No relation has that id."""

    slug, title = "no-such-relation", "No such relation"

    def __init__(self) -> None:
        super().__init__(
            "There is no such relation.", cure="Look at GET /customers/{id}/relations.", where="path:relation_id"
        )


class RelatedToThemselves(Invalid):
    """Two ends are one customer, perhaps after a merge."""

    slug, title = "related-to-themselves", "Both ends are one customer"

    def __init__(self, customer_id: UUID) -> None:
        super().__init__(f"Both ends are {customer_id}.", cure="Name somebody else.", where="/other_id")


class RelationDoesNotFit(Invalid):
    """A firm has no spouse."""

    slug, title = "relation-does-not-fit", "The relation does not fit these two"

    def __init__(self, kind: str, this: str, other: str) -> None:
        super().__init__(
            f"A {this} is not {kind} a {other}.", cure="GET /relation-kinds says who may stand where.", where="/kind"
        )


class InvalidPeriod(Invalid):
    """It ends before it begins."""

    slug, title = "invalid-period", "The period ends before it begins"

    def __init__(self) -> None:
        super().__init__("`until` lies before `since`.", cure="Swap them, or leave one out.", where="/until")


class RelationExists(Conflict):
    """The two stand in that relation already."""

    slug, title = "relation-exists", "The relation exists already"

    def __init__(self, relation_id: UUID) -> None:
        super().__init__(
            "The two stand in this relation already.",
            cure="Change its days with PATCH.",
            where="/kind",
            relation_id=str(relation_id),
        )
