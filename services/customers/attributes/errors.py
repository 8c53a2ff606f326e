"""What attributes refuses, with status and slug."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class InvalidDefinition(Invalid):
    """A definition that cannot be used."""

    slug, title = "invalid-definition", "The definition is not valid"


class NoSuchAttribute(NotFound):
    """No attribute of that name is defined."""

    slug, title = "no-such-attribute", "No such attribute"


class AttributeExists(Conflict):
    """The name is defined already."""

    slug, title = "attribute-exists", "The attribute is defined already"
