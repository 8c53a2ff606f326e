"""A customer: the record kept under each id, and the profile shown for an id and all it has absorbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from services.customers.domain.attributes import Definitions
from services.customers.domain.claims import STATUS, Claim, Claims, Sourced, Value, settle

Kind = Literal["person", "firm"]
Status = Literal["prospect", "lead", "active", "lapsed", "lost", "blocked"]
IdentifierKind = Literal["external_id", "card", "email", "phone"]

# A purchase makes these active again.
PASSIVE: frozenset[str] = frozenset({"prospect", "lead", "lapsed", "lost"})
# One owner at a time. A phone is shared in households and offices, so it names nobody and two customers may have it.
EXCLUSIVE: frozenset[str] = frozenset({"external_id", "card", "email"})


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name by which somebody knows this customer. `normalised` is the form in which spellings are equal."""

    identifier_id: UUID
    customer_id: UUID
    kind: IdentifierKind
    value: str
    normalised: str
    fingerprint: str
    at: datetime
    by: str
    source: str | None = None
    verified: bool = False
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """The profile as it is read, searched and sent: what the claims of a customer and its aliases come to."""

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
    """What was said under one id. `merged_into` is the survivor that took it in at `merged_at`; its claims stay its
    own, so undoing a merge is forgetting that link. `version` and `shown` are those of the profile a root shows."""

    customer_id: UUID
    kind: Kind
    source: str | None
    created_at: datetime
    changed_at: datetime
    current_id: UUID
    version: int = 1
    claims: Claims = field(default_factory=dict)
    unfit: Claims = field(default_factory=dict)
    merged_into: UUID | None = None
    merged_at: datetime | None = None
    shown: Shown = field(default_factory=Shown)

    @property
    def own_status(self) -> Status:
        """The status said under this id alone."""
        claim = self.claims.get(STATUS)
        return cast(Status, claim.value) if claim else "prospect"


@dataclass(frozen=True, slots=True)
class Group:
    """A customer as one: the root record, those merged into it (directly or through others), all their identifiers."""

    root: Record
    members: Sequence[Record]
    identifiers: Sequence[Identifier] = ()

    def member(self, customer_id: UUID) -> Record:
        """The record kept under that id."""
        return next(one for one in self.members if one.customer_id == customer_id)

    def with_member(self, record: Record) -> Group:
        """The group after one of its records changed."""
        members = [record if one.customer_id == record.customer_id else one for one in self.members]
        root = record if record.customer_id == self.root.customer_id else self.root
        return replace(self, root=root, members=members)


def sources_of(group: Group) -> Mapping[str, Sourced]:
    """Each value of the profile (the status too) with the id and the claim it comes from."""
    return _below(group.root, group.members)


def show(group: Group) -> Shown:
    """The profile that a group's claims come to."""
    sources = dict(sources_of(group))
    status = sources.pop(STATUS, None)
    values = {name: one.claim.value for name, one in sources.items() if one.claim.value is not None}
    return Shown(
        status=cast(Status, status.claim.value) if status and status.claim.value else "prospect",
        name=_name(group.root.kind, values),
        values=values,
        reachable=_reachable(values, group.identifiers),
    )


def travelling(shown: Shown, definitions: Definitions) -> dict[str, Value]:
    """What other services may know: the attributes marked segmentable. Never a direct identifier, never free text."""
    return {
        name: value for name, value in shown.values.items() if name in definitions and definitions[name].segmentable
    }


def changed_names(before: Shown | None, after: Shown, definitions: Definitions) -> list[str]:
    """Names of what travels and is different now; for a new customer all that it has, `status` at least."""
    old = travelling(before, definitions) if before else {}
    new = travelling(after, definitions)
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    if before is None or before.status != after.status:
        names.append(STATUS)
    if (before.reachable if before else ()) != after.reachable:
        names.append("reachable")
    return names


def after_purchase(group: Group, customer_id: UUID, at: datetime, by: str) -> Group:
    """The group after a purchase at `at` under `customer_id`, which may be an alias.

    Who buys is a customer: prospects and leads become active by any purchase, lapsed and lost ones by one after that
    was said. Blocked ones stay blocked.
    """
    bought = group.with_member(_bought(group.member(customer_id), at, by))
    if show(bought).status in PASSIVE:
        bought = bought.with_member(_bought(bought.root, at, by))
    return bought


def address_of(group: Group, kind: IdentifierKind) -> Identifier | None:
    """The address to use: preferred before verified before the survivor's before the most recent."""
    offered = [one for one in group.identifiers if one.kind == kind]
    root = group.root.customer_id
    return max(
        offered,
        key=lambda one: (one.preferred, one.verified, one.customer_id == root, one.at, one.identifier_id),
        default=None,
    )


def _bought(record: Record, at: datetime, by: str) -> Record:
    held = record.claims.get(STATUS)
    status = record.own_status
    if status in ("prospect", "lead") or (status in PASSIVE and held is not None and at > held.at):
        since = at if held is None else max(at, held.at)
        return replace(record, claims={**record.claims, STATUS: Claim("active", since, by)})
    return record


def _below(record: Record, members: Sequence[Record]) -> Mapping[str, Sourced]:
    own = {name: Sourced(claim, record.customer_id) for name, claim in record.claims.items()}
    children = [
        (_below(child, members), child.merged_at)
        for child in members
        if child.merged_into == record.customer_id and child.merged_at is not None
    ]
    if not children:
        return own
    shown: dict[str, Sourced] = {}
    for name in sorted({*own, *(name for claims, _ in children for name in claims)}):
        offered = [(claims[name], merged_at) for claims, merged_at in children if name in claims]
        one = settle(name, own.get(name), offered)
        if one is not None:
            shown[name] = one
    return shown


def _name(kind: Kind, values: Mapping[str, Value]) -> str | None:
    person = " ".join(str(values[part]) for part in ("given_name", "family_name") if values.get(part))
    legal = values.get("legal_name")
    first, second = (legal, person) if kind == "firm" else (person, legal)
    return str(first or second) if first or second else None


def _reachable(values: Mapping[str, Value], identifiers: Sequence[Identifier]) -> tuple[str, ...]:
    kinds = {one.kind for one in identifiers}
    channels = ["email"] if "email" in kinds else []
    if "phone" in kinds:
        channels += ["phone", "sms"]
    if values.get("address_lines") and values.get("city"):
        channels.append("post")
    return tuple(sorted(channels))
