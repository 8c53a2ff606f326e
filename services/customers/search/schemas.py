"""The search over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from services.customers.attributes.domain.definitions import Kind, Value
from services.customers.profiles.domain.customer import Status
from services.customers.profiles.schemas.customers import CustomerSummary
from services.customers.search.domain import Limits
from shared.web.models import StrictModel


class FindIn(StrictModel):
    """What somebody typed, and whom it may be."""

    text: Annotated[str, StringConstraints(min_length=2, max_length=300, pattern=r"^[^\x00]+$")] = Field(
        description="an e-mail or its beginning, a phone (local numbers are those of PHONE_REGION), a card, an "
        "external id; or words of a name, firm, place or postal code in any order, typing errors allowed",
        examples=["Berg Dresden"],
    )
    status: Status | None = Field(None, description="prospect, lead, active, lapsed, lost or blocked")
    kind: Kind | None = Field(None, description="person or firm")
    country: Annotated[str, StringConstraints(max_length=100)] | None = Field(None, description="as the profile has it")
    attributes: Annotated[dict[str, Value], Field(max_length=10, examples=[{"language": "de"}])] = Field(
        default_factory=dict, description="values of the profile, each equal to this"
    )
    after: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        None, description="`next` of the page before; the first page when absent"
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(20, description="how many at most")

    def limits(self) -> Limits:
        """Whom it may be."""
        return Limits(self.status, self.kind, self.country, self.attributes)


class FoundOut(CustomerSummary):
    """A customer, and how well they match."""

    score: float = Field(description="1 for an identifier; less, by how much the words are alike")
