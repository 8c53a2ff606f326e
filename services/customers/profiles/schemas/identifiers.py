"""Identifiers over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import StrictBool, StringConstraints, model_validator

from services.customers.config import Settings
from services.customers.identifiers.domain import (
    LONGEST,
    Identifier,
    IdentifierKind,
    OfferedIdentifier,
    UnusableIdentifier,
    read_identifier,
)
from services.customers.identifiers.errors import InvalidIdentifier
from services.customers.profiles.schemas.values import Code
from shared.security.api_keys import Trust
from shared.web.models import AnswerModel, StrictModel


class NameIn(StrictModel):
    """An identifier by which to find somebody. `source` is the storefront of an external_id."""

    kind: IdentifierKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True)]
    source: Code | None = None

    def read(
        self, settings: Settings, where: str = "", *, verified: bool = False, preferred: bool = False
    ) -> OfferedIdentifier:
        """The identifier as this installation spells it. Raises InvalidIdentifier."""
        try:
            return read_identifier(
                settings.key,
                self.kind,
                self.value,
                self.source,
                region=settings.phone_region,
                verified=verified,
                preferred=preferred,
            )
        except UnusableIdentifier as fault:
            at = "source" if self.kind == "external_id" and not self.source else "value"
            raise InvalidIdentifier(
                f"This {self.kind} {fault}.", cure="Send it as it is used.", where=f"{where}/{at}"
            ) from None


class IdentifierIn(NameIn):
    """An identifier of a customer."""

    verified: StrictBool = False
    preferred: StrictBool = False

    def offered(self, settings: Settings, where: str = "") -> OfferedIdentifier:
        """With its marks. Raises InvalidIdentifier."""
        return self.read(settings, where, verified=self.verified, preferred=self.preferred)


class IdentifierPatch(StrictModel):
    """Marks of an identifier; what is left out stays."""

    verified: StrictBool | None = None
    preferred: StrictBool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.verified is None and self.preferred is None:
            raise ValueError("send verified or preferred")
        return self


class IdentifierOut(AnswerModel):
    """An identifier; `customer_id` is the id under which it was stated, an alias after a merge. `trust` is browser
    while no server has stated it."""

    identifier_id: UUID
    customer_id: UUID
    kind: IdentifierKind
    value: str
    source: str | None
    verified: bool
    preferred: bool
    trust: Trust
    at: datetime
    by: str

    @classmethod
    def of(cls, identifier: Identifier) -> Self:
        """The answer that shows this identifier."""
        return cls(**{name: getattr(identifier, name) for name in cls.model_fields})
