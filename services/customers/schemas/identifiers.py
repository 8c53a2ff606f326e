"""Identifiers over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import StrictBool, StringConstraints, model_validator

from services.customers.domain.customer import Identifier, IdentifierKind
from services.customers.domain.naming import LONGEST, Name, Unusable, read_name
from services.customers.errors import InvalidIdentifier
from services.customers.schemas.common import Code, Out, Strict


class NameIn(Strict):
    """An identifier by which to find somebody. `source` is the storefront of an external_id."""

    kind: IdentifierKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True)]
    source: Code | None = None

    def read(self, key: str, where: str = "", *, verified: bool = False, preferred: bool = False) -> Name:
        """The identifier under the installation's key. Raises InvalidIdentifier."""
        try:
            return read_name(key, self.kind, self.value, self.source, verified=verified, preferred=preferred)
        except Unusable as fault:
            at = "source" if self.kind == "external_id" and not self.source else "value"
            raise InvalidIdentifier(
                f"This {self.kind} {fault}.", cure="Send it as it is used.", where=f"{where}/{at}"
            ) from None


class IdentifierIn(NameIn):
    """An identifier of a customer."""

    verified: StrictBool = False
    preferred: StrictBool = False

    def name(self, key: str, where: str = "") -> Name:
        """With its marks. Raises InvalidIdentifier."""
        return self.read(key, where, verified=self.verified, preferred=self.preferred)


class IdentifierPatch(Strict):
    """Marks of an identifier; what is left out stays."""

    verified: StrictBool | None = None
    preferred: StrictBool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.verified is None and self.preferred is None:
            raise ValueError("send verified or preferred")
        return self


class IdentifierOut(Out):
    """An identifier; `customer_id` is the id under which it was said, an alias after a merge."""

    identifier_id: UUID
    customer_id: UUID
    kind: IdentifierKind
    value: str
    source: str | None
    verified: bool
    preferred: bool
    at: datetime
    by: str

    @classmethod
    def of(cls, identifier: Identifier) -> Self:
        """As answered."""
        return cls(**{name: getattr(identifier, name) for name in cls.model_fields})
