"""What customers refuses, with status and slug."""

from __future__ import annotations

from uuid import UUID

from shared.errors import Conflict, Gone, Invalid, NotFound, PreconditionFailed, Refusal


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


class VersionRequired(Refusal):
    """A change must say which version it was made for."""

    status, slug, title = 428, "version-required", "If-Match is missing"

    def __init__(self) -> None:
        super().__init__(
            "A change needs the version that you have read.",
            cure="Send If-Match with the ETag of your last read.",
            where="header:if-match",
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


class InvalidVersion(Invalid):
    """If-Match that is no ETag of ours."""

    slug, title = "invalid-version", "If-Match is not valid"

    def __init__(self) -> None:
        super().__init__(
            'If-Match must be one ETag as given, such as "7".',
            cure="Send the ETag of your last read.",
            where="header:if-match",
        )


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


class CustomerExists(Conflict):
    """The id is in use."""

    slug, title = "customer-exists", "The customer exists already"

    def __init__(self, existing: UUID) -> None:
        super().__init__(
            f"Customer {existing} exists already.", cure="Change it with PATCH.", customer_id=str(existing)
        )


class NoSuchIdentifier(NotFound):
    """The customer has no identifier with that id."""

    slug, title = "no-such-identifier", "No such identifier"

    def __init__(self) -> None:
        super().__init__("This customer has no such identifier.", where="path:identifier_id")


class InvalidIdentifier(Invalid):
    """An identifier of a form that cannot be one."""

    slug, title = "invalid-identifier", "The identifier is not valid"


class InvalidAttributes(Invalid):
    """Values that their definitions do not allow."""

    slug, title = "invalid-attributes", "Attributes are not valid"

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("Some attributes are not defined or of another form.", errors=errors)


class InvalidDefinition(Invalid):
    """A definition that cannot be used."""

    slug, title = "invalid-definition", "The definition is not valid"


class NoSuchAttribute(NotFound):
    """No attribute of that name is defined."""

    slug, title = "no-such-attribute", "No such attribute"


class AttributeExists(Conflict):
    """The name is defined already."""

    slug, title = "attribute-exists", "The attribute is defined already"


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
