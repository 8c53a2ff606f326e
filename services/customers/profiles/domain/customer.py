"""A customer: the record kept under each id, and the profile shown for an id and all it has absorbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from services.customers.attributes.domain.definitions import Definitions, Kind, Value
from services.customers.identifiers.domain import Identifier
from services.customers.profiles.domain.claims import STATUS, Claims, SourcedClaim, settle

Status = Literal["prospect", "lead", "active", "lapsed", "lost", "blocked"]


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile as it is read, searched and published: what the claims of a customer and its aliases come to."""

    status: Status = "prospect"
    name: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    reachable: tuple[str, ...] = ()

    @property
    def country(self) -> str | None:
        """For lists by place."""
        country = self.values.get("country")
        return country if isinstance(country, str) else None


@dataclass(frozen=True, slots=True)
class Record:
    """What was stated under one id; `hearsay` is what a browser stated when the customer was known already, kept and
    never shown as theirs. `merged_into` is the survivor that took it in at `merged_at`; its claims stay its
    own, so undoing a merge is forgetting that link. `version` and `profile` are those that a root shows."""

    customer_id: UUID
    kind: Kind
    source: str | None
    created_at: datetime
    changed_at: datetime
    current_id: UUID
    version: int = 1
    claims: Claims = field(default_factory=dict)
    unfit: Claims = field(default_factory=dict)
    hearsay: Claims = field(default_factory=dict)
    merged_into: UUID | None = None
    merged_at: datetime | None = None
    profile: Profile = field(default_factory=Profile)

    @property
    def own_status(self) -> Status:
        """The status stated under this id alone."""
        claim = self.claims.get(STATUS)
        return cast(Status, claim.value) if claim else "prospect"


@dataclass(frozen=True, slots=True)
class Group:
    """A customer as one: the root record, those merged into it (directly or through others), all their identifiers."""

    root: Record
    members: Sequence[Record]
    identifiers: Sequence[Identifier] = ()

    @property
    def ids(self) -> list[UUID]:
        """The ids of all its records, in their order."""
        return [member.customer_id for member in self.members]

    def member(self, customer_id: UUID) -> Record:
        """The record kept under that id."""
        return next(member for member in self.members if member.customer_id == customer_id)

    def with_member(self, record: Record) -> Group:
        """The group after one of its records changed."""
        members = [record if member.customer_id == record.customer_id else member for member in self.members]
        root = record if record.customer_id == self.root.customer_id else self.root
        return replace(self, root=root, members=members)


def sources_of(group: Group) -> Mapping[str, SourcedClaim]:
    """Each value of the profile (the status too) with the id and the claim it comes from."""
    return _settled(group.root, group.members)


def profile_of(group: Group) -> Profile:
    """The profile that a group's claims come to."""
    sources = dict(sources_of(group))
    status = sources.pop(STATUS, None)
    values = {name: source.claim.value for name, source in sources.items() if source.claim.value is not None}
    return Profile(
        status=cast(Status, status.claim.value) if status and status.claim.value else "prospect",
        name=_name(group.root.kind, values),
        values=values,
        reachable=_reachable(values, group.identifiers),
    )


def segmentable_values(profile: Profile, definitions: Definitions) -> dict[str, Value]:
    """What other services may know: the attributes marked segmentable. Never a direct identifier, never free text."""
    return {
        name: value for name, value in profile.values.items() if name in definitions and definitions[name].segmentable
    }


def changed_names(before: Profile | None, after: Profile, definitions: Definitions) -> list[str]:
    """Names of what is published and is different now; for a new customer all that it has, `status` at least."""
    old = segmentable_values(before, definitions) if before else {}
    new = segmentable_values(after, definitions)
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    if before is None or before.status != after.status:
        names.append(STATUS)
    if (before.reachable if before else ()) != after.reachable:
        names.append("reachable")
    return names


def _settled(record: Record, members: Sequence[Record]) -> Mapping[str, SourcedClaim]:
    """The claims shown for a record and those below it in the tree of merges."""
    own = {name: SourcedClaim(claim, record.customer_id) for name, claim in record.claims.items()}
    children = [
        (_settled(child, members), child.merged_at)
        for child in members
        if child.merged_into == record.customer_id and child.merged_at is not None
    ]
    if not children:
        return own
    shown: dict[str, SourcedClaim] = {}
    for name in sorted({*own, *(name for claims, _ in children for name in claims)}):
        offered = [(claims[name], merged_at) for claims, merged_at in children if name in claims]
        winner = settle(name, own.get(name), offered)
        if winner is not None:
            shown[name] = winner
    return shown


def _name(kind: Kind, values: Mapping[str, Value]) -> str | None:
    person = " ".join(str(values[part]) for part in ("given_name", "family_name") if values.get(part))
    legal = values.get("legal_name")
    first, second = (legal, person) if kind == "firm" else (person, legal)
    return str(first or second) if first or second else None


def _reachable(values: Mapping[str, Value], identifiers: Sequence[Identifier]) -> tuple[str, ...]:
    kinds = {identifier.kind for identifier in identifiers}
    channels = ["email"] if "email" in kinds else []
    if "phone" in kinds:
        channels += ["phone", "sms"]
    if values.get("address_lines") and values.get("city"):
        channels.append("post")
    return tuple(sorted(channels))
