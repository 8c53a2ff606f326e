"""Customers over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.customers.attributes.domain.definitions import Kind, Value
from services.customers.profiles.domain.claims import STATUS
from services.customers.profiles.domain.customer import Group, Record, Status, sources_of
from services.customers.profiles.domain.history import Change
from services.customers.profiles.schemas.identifiers import IdentifierIn, IdentifierOut, NameIn
from services.customers.profiles.schemas.values import Attributes, Code
from shared.web.models import AnswerModel, StrictModel


class CustomerIn(StrictModel):
    """Somebody new. Without `customer_id`, the first of external_id, card and email derives the id."""

    kind: Kind = "person"
    status: Status = "prospect"
    source: Code | None = None
    customer_id: UUID | None = None
    identifiers: Annotated[list[IdentifierIn], Field(max_length=50)] = Field(default_factory=list)
    attributes: Attributes = Field(default_factory=dict)


class CustomerPatch(StrictModel):
    """JSON merge patch (RFC 7396): what is left out stays, an attribute that is null is cleared."""

    kind: Kind | None = None
    status: Status | None = None
    source: Code | None = None
    attributes: Attributes = Field(default_factory=dict)

    @model_validator(mode="after")
    def _only_attributes_are_cleared(self) -> Self:
        for name in ("kind", "status", "source"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null")
        return self


class SearchIn(StrictModel):
    """One of: an exact identifier, the beginning of a name, the beginning of an e-mail."""

    identifier: NameIn | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] | None = None
    email: Annotated[str, StringConstraints(min_length=2, max_length=320, strip_whitespace=True)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(given is not None for given in (self.identifier, self.name, self.email)) != 1:
            raise ValueError("send exactly one of identifier, name and email")
        return self


class ProvenanceOut(AnswerModel):
    """Where a value comes from: stated under which id, when, by whom."""

    customer_id: UUID
    at: datetime
    by: str


class UnfitOut(AnswerModel):
    """A value that came from a publisher and does not fit its definition: kept, not used."""

    name: str
    value: Value
    customer_id: UUID
    at: datetime
    by: str


class HearsayOut(AnswerModel):
    """A value that a browser stated of a customer who was known already: kept, not used."""

    name: str
    value: Value
    customer_id: UUID
    at: datetime
    by: str


class CustomerSummary(AnswerModel):
    """A customer in a list."""

    customer_id: UUID
    kind: Kind
    status: Status
    name: str | None
    source: str | None
    attributes: dict[str, Value]
    reachable: list[str]
    version: int
    created_at: datetime
    changed_at: datetime


class CustomerOut(CustomerSummary):
    """A customer. `aliases` are the ids merged into it; `provenance` says where each value comes from."""

    aliases: list[UUID]
    identifiers: list[IdentifierOut]
    provenance: dict[str, ProvenanceOut]
    unfit: list[UnfitOut]
    hearsay: list[HearsayOut]


class ChangeOut(AnswerModel):
    """What changed: {name: {"from": …, "to": …}}."""

    change_id: UUID
    customer_id: UUID
    version: int
    at: datetime
    by: str
    cause: UUID | None
    what: dict[str, Any]

    @classmethod
    def of(cls, change: Change) -> Self:
        """The answer that shows this change."""
        return cls(**{name: getattr(change, name) for name in cls.model_fields})


def summary_fields(record: Record) -> dict[str, Any]:
    """The fields of a summary."""
    profile = record.profile
    return {
        "customer_id": record.customer_id,
        "kind": record.kind,
        "status": profile.status,
        "name": profile.name,
        "source": record.source,
        "attributes": dict(profile.values),
        "reachable": list(profile.reachable),
        "version": record.version,
        "created_at": record.created_at,
        "changed_at": record.changed_at,
    }


def customer_out(group: Group) -> CustomerOut:
    """The whole profile of a group."""
    provenance = {
        name: ProvenanceOut(customer_id=source.customer_id, at=source.claim.at, by=source.claim.by)
        for name, source in sorted(sources_of(group).items())
        if name == STATUS or source.claim.value is not None
    }
    unfit = [
        UnfitOut(name=name, value=claim.value, customer_id=record.customer_id, at=claim.at, by=claim.by)
        for record in group.members
        for name, claim in sorted(record.unfit.items())
    ]
    hearsay = [
        HearsayOut(name=name, value=claim.value, customer_id=record.customer_id, at=claim.at, by=claim.by)
        for record in group.members
        for name, claim in sorted(record.hearsay.items())
    ]
    root = group.root
    return CustomerOut(
        **summary_fields(root),
        aliases=[customer_id for customer_id in group.ids if customer_id != root.customer_id],
        identifiers=[IdentifierOut.of(identifier) for identifier in group.identifiers],
        provenance=provenance,
        unfit=unfit,
        hearsay=hearsay,
    )
