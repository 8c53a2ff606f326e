"""What identifiers refuses, with status and slug."""

from __future__ import annotations

from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound


class IdentifierTaken(Conflict):
    """An identifier has one owner."""

    slug, title = "identifier-taken", "The identifier belongs to another customer"

    def __init__(self, existing: UUID, where: str) -> None:
        super().__init__(
            f"This identifier belongs to customer {existing}.",
            cure="Change that customer, or merge the two.",
            where=where,
            customer_id=str(existing),
        )


class NoSuchIdentifier(NotFound):
    """The customer has no identifier with that id."""

    slug, title = "no-such-identifier", "No such identifier"

    def __init__(self) -> None:
        super().__init__("This customer has no such identifier.", where="path:identifier_id")


class InvalidIdentifier(Invalid):
    """An identifier of a form that cannot be one."""

    slug, title = "invalid-identifier", "The identifier is not valid"
