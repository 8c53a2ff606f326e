"""Merges: one customer becomes an alias of another, and stands for itself again when that is undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.customers.attributes.domain.definitions import Value
from services.customers.profiles.domain.customer import Group, Record, sources_of
from shared.security.api_keys import Trust


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One field of the merged profile: what is shown, from which id, and what each of the two showed before."""

    name: str
    value: Value
    source: UUID
    survivor_value: Value
    absorbed_value: Value


@dataclass(frozen=True, slots=True)
class Merge:
    """`absorbed` became an alias of `survivor` at `at`."""

    merge_id: UUID
    survivor: UUID
    absorbed: UUID
    at: datetime
    by: str
    fields: Sequence[FieldChoice] = ()
    undone_at: datetime | None = None
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`customer_id` was stated to have an identifier that `owner_id` owns, or would as soon as somebody comes with it:
    perhaps they are one. `trust` is that of who stated it."""

    customer_id: UUID
    candidate_id: UUID
    owner_id: UUID
    kind: str
    fingerprint: str
    at: datetime
    by: str
    trust: Trust = "server"
    state: str = "open"
    current_id: UUID | None = None
    current_owner_id: UUID | None = None


def is_only_an_email(group: Group, fingerprint: str, derived: Collection[UUID]) -> bool:
    """Whether a customer is known by nothing but this e-mail, which derived its id (one of `derived`): a newsletter's
    reader, or somebody who bought before anybody said whose the address is."""
    alone = len(group.members) == 1 and group.root.customer_id in derived
    return alone and {held.fingerprint for held in group.identifiers} <= {fingerprint}


def is_account(group: Group) -> bool:
    """Whether a storefront knows this customer by an id of its own, because a server said so."""
    return any(held.kind == "external_id" and held.trust == "server" for held in group.identifiers)


def merged(survivor: Group, absorbed: Group, at: datetime) -> Group:
    """Both as one. Nobody's claims are copied: `absorbed` gets a link, and its aliases follow it."""
    root = survivor.root.customer_id
    moved = [replace(member, current_id=root) for member in absorbed.members]
    moved = [
        replace(member, merged_into=root, merged_at=at) if member.customer_id == absorbed.root.customer_id else member
        for member in moved
    ]
    return Group(survivor.root, [*survivor.members, *moved], [*survivor.identifiers, *absorbed.identifiers])


def separated(whole: Group, absorbed: UUID) -> tuple[Group, Group]:
    """What remains, and `absorbed` with the aliases it had brought along, each with what was stated under its ids."""
    freed = _with_aliases(whole.members, absorbed)
    members = [
        replace(member, current_id=absorbed, merged_into=None, merged_at=None)
        if member.customer_id == absorbed
        else replace(member, current_id=absorbed)
        for member in whole.members
        if member.customer_id in freed
    ]
    root = next(member for member in members if member.customer_id == absorbed)
    rest = Group(
        whole.root,
        [member for member in whole.members if member.customer_id not in freed],
        [identifier for identifier in whole.identifiers if identifier.customer_id not in freed],
    )
    identifiers = [identifier for identifier in whole.identifiers if identifier.customer_id in freed]
    return rest, Group(root, members, identifiers)


def field_choices(survivor: Group, absorbed: Group, at: datetime) -> list[FieldChoice]:
    """What a merge would show, field by field, for the preview and the record of the merge."""
    first, second = sources_of(survivor), sources_of(absorbed)
    return [
        FieldChoice(
            name=name,
            value=source.claim.value,
            source=source.customer_id,
            survivor_value=first[name].claim.value if name in first else None,
            absorbed_value=second[name].claim.value if name in second else None,
        )
        for name, source in sorted(sources_of(merged(survivor, absorbed, at)).items())
    ]


def _with_aliases(members: Sequence[Record], customer_id: UUID) -> set[UUID]:
    found = {customer_id}
    grown = True
    while grown:
        more = {member.customer_id for member in members if member.merged_into in found} - found
        grown = bool(more)
        found |= more
    return found
