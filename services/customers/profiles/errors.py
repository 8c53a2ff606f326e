"""What profiles refuses, with status and slug."""

from __future__ import annotations

from uuid import UUID

from shared.errors import Conflict, Gone, Invalid, NotFound, PreconditionFailed


class NoSuchCustomer(NotFound):
    """Nobody is known under that id."""

    slug, title = "no-such-customer", "No such customer"

    def __init__(self, customer_id: UUID, where: str = "path:customer_id") -> None:
        super().__init__(f"Nobody is known as {customer_id}.", cure="Search by an identifier.", where=where)


class Erased(Gone):
    """The person was erased; nothing is kept under that id again."""

    slug, title = "customer-erased", "This customer was erased"

    def __init__(self, customer_id: UUID) -> None:
        super().__init__(f"The data of {customer_id} were erased.", cure="Create the customer anew, without this id.")


class CustomerExists(Conflict):
    """The id is in use."""

    slug, title = "customer-exists", "The customer exists already"

    def __init__(self, existing: UUID) -> None:
        super().__init__(
            f"Customer {existing} exists already.", cure="Change it with PATCH.", customer_id=str(existing)
        )


class VersionConflict(PreconditionFailed):
    """Somebody else changed the customer."""

    slug, title = "version-conflict", "Changed in the meantime"

    def __init__(self, current: int) -> None:
        super().__init__(
            f"The customer is at version {current} now.",
            cure="Read it again, look at the changes, send yours with the new ETag.",
            where="header:if-match",
            headers={"ETag": f'"{current}"'},
            version=current,
        )


class InvalidAttributes(Invalid):
    """Values that their definitions do not allow."""

    slug, title = "invalid-attributes", "Attributes are not valid"

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("Some attributes are not defined or of another form.", errors=errors)
