"""Give a customer an identifier, mark it, take it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.config import Settings
from services.customers.domain.customer import Group, Identifier
from services.customers.domain.naming import Name
from services.customers.errors import IdentifierTaken, NoSuchIdentifier
from services.customers.repository import identifiers
from services.customers.repository.definitions import definitions
from services.customers.service.customers import named, refuse_other_version
from services.customers.service.profiles import Entry, Writing, current_group, write
from shared.contracts.customers import IdentifierRetired
from shared.database.transaction import Tx
from shared.ids import new_id


async def add_identifier(
    tx: Tx, settings: Settings, customer_id: UUID, name: Name, *, version: int | None, by: str
) -> tuple[Group, Identifier]:
    """The customer has this identifier, marked as asked; one it had already is only marked.

    Raises NoSuchCustomer, Erased, VersionConflict, IdentifierTaken.
    """
    group = await current_group(tx, customer_id, lock=True)
    refuse_other_version(group, version)
    held = next((one for one in group.identifiers if one.fingerprint == name.fingerprint), None)
    if held is not None:
        changed = await _mark(tx, settings, group, held, name.verified or held.verified, name.preferred, by)
        return changed, next(one for one in changed.identifiers if one.identifier_id == held.identifier_id)
    if name.exclusive:
        owner = (await identifiers.claim_identifiers(tx, {name.fingerprint: group.root.customer_id}))[name.fingerprint]
        if owner.customer_id is not None and owner.customer_id not in {one.customer_id for one in group.members}:
            raise IdentifierTaken(owner.customer_id, "/value")
    added = name.of(group.root.customer_id, new_id(), tx.now, by)
    await identifiers.add_identifiers(tx, [added])
    others = _only_preferred(group.identifiers, added) if added.preferred else group.identifiers
    await identifiers.mark_identifiers(tx, [one for one in others if one not in group.identifiers])
    return await _store(tx, settings, group, [*others, added], by), added


async def mark_identifier(
    tx: Tx,
    settings: Settings,
    customer_id: UUID,
    identifier_id: UUID,
    *,
    verified: bool | None,
    preferred: bool | None,
    version: int | None,
    by: str,
) -> Group:
    """The identifier is (or is not) verified and preferred; of one kind at most one is preferred."""
    group = await current_group(tx, customer_id, lock=True)
    refuse_other_version(group, version)
    held = _held(group, identifier_id)
    return await _mark(
        tx,
        settings,
        group,
        held,
        held.verified if verified is None else verified,
        held.preferred if preferred is None else preferred,
        by,
    )


async def remove_identifier(
    tx: Tx, settings: Settings, customer_id: UUID, identifier_id: UUID, *, version: int | None, by: str
) -> Group:
    """The customer no longer has it, and whoever comes with it from now on is somebody new."""
    group = await current_group(tx, customer_id, lock=True)
    refuse_other_version(group, version)
    held = _held(group, identifier_id)
    await identifiers.remove_identifier(tx, held)
    members = [one.customer_id for one in group.members]
    for retired in await identifiers.retire_identifiers(tx, [held.fingerprint], members, tx.now):
        fact = IdentifierRetired(fingerprint=retired.fingerprint, generation=retired.generation)
        tx.publish(fact, subject=group.root.customer_id)
    return await _store(tx, settings, group, [one for one in group.identifiers if one is not held], by)


def _held(group: Group, identifier_id: UUID) -> Identifier:
    for one in group.identifiers:
        if one.identifier_id == identifier_id:
            return one
    raise NoSuchIdentifier


def _only_preferred(held: Sequence[Identifier], chosen: Identifier) -> list[Identifier]:
    return [
        replace(one, preferred=False)
        if one.kind == chosen.kind and one.identifier_id != chosen.identifier_id and one.preferred
        else one
        for one in held
    ]


async def _mark(
    tx: Tx, settings: Settings, group: Group, held: Identifier, verified: bool, preferred: bool, by: str
) -> Group:
    marked = replace(held, verified=verified, preferred=preferred)
    after = [marked if one is held else one for one in group.identifiers]
    if preferred:
        after = _only_preferred(after, marked)
    changed = [one for one in after if one not in group.identifiers]
    if not changed:
        return group
    await identifiers.mark_identifiers(tx, changed)
    return await _store(tx, settings, group, after, by)


async def _store(tx: Tx, settings: Settings, group: Group, after: Sequence[Identifier], by: str) -> Group:
    what = named(group.identifiers, after) or {"identifiers": {"from": _marks(group.identifiers), "to": _marks(after)}}
    changed = replace(group, identifiers=after)
    writing = Writing(group, changed, [Entry(group.root.customer_id, by, what)])
    return (await write(tx, settings, [writing], await definitions(tx)))[0]


def _marks(held: Sequence[Identifier]) -> list[dict[str, object]]:
    return [{"kind": one.kind, "verified": one.verified, "preferred": one.preferred} for one in held]
