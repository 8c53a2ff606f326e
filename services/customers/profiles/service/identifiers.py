"""Give a customer an identifier, mark it, take it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import (
    Identifier,
    OfferedIdentifier,
    Statement,
    identifier_changes,
    known_names,
    stated,
)
from services.customers.identifiers.errors import IdentifierTaken, NoSuchIdentifier
from services.customers.identifiers.service.owning import own_identifiers, trust_owners
from services.customers.identifiers.service.respelling import respell_named, spelling_of
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.domain.history import HistoryEntry
from services.customers.profiles.service.updates import (
    ProfileUpdate,
    current_group,
    refuse_other_version,
    save_updates,
)
from shared.contracts.customers import IdentifierRetired
from shared.database.transaction import Tx
from shared.ids import new_id


async def add_identifier(
    tx: Tx, settings: Settings, customer_id: UUID, offered: OfferedIdentifier, *, version: int | None, by: str
) -> tuple[Group, Identifier]:
    """The customer has this identifier, marked as asked; one it had already is only marked.

    Raises NoSuchCustomer, Erased, VersionConflict, IdentifierTaken.
    """
    await respell_named(tx, spelling_of(settings), [offered])
    group = await current_group(tx, customer_id, lock=True)
    refuse_other_version(group, version)
    held = next((known for known in group.identifiers if known.fingerprint == offered.fingerprint), None)
    if held is not None:
        marked = replace(held, verified=offered.verified or held.verified, preferred=offered.preferred)
        marked = stated(marked, Statement(tx.now, by, offered.trust))
        if marked.trust != held.trust:
            await trust_owners(tx, [held.fingerprint], group.ids)
        changed = await _mark(tx, settings, group, held, marked, by)
        return changed, _held(changed, held.identifier_id)
    if offered.exclusive:
        known = await identifiers.owners_of(tx, known_names([offered]))
        claims = {offered.fingerprint: offered.claim(group.root.customer_id, known)}
        owner = (await own_identifiers(tx, claims))[offered.fingerprint]
        if owner.customer_id is not None and owner.customer_id not in group.ids:
            raise IdentifierTaken(owner.customer_id, "/value")
    added = offered.of(group.root.customer_id, new_id(), tx.now, by)
    await identifiers.add_identifiers(tx, [added])
    others = _only_preferred(group.identifiers, added) if added.preferred else group.identifiers
    await identifiers.mark_identifiers(tx, [other for other in others if other not in group.identifiers])
    return await _save(tx, settings, group, [*others, added], by), added


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
    marked = replace(
        held,
        verified=held.verified if verified is None else verified,
        preferred=held.preferred if preferred is None else preferred,
    )
    return await _mark(tx, settings, group, held, stated(marked, Statement(tx.now, by, held.trust)), by)


async def remove_identifier(
    tx: Tx, settings: Settings, customer_id: UUID, identifier_id: UUID, *, version: int | None, by: str
) -> Group:
    """The customer no longer has it, and whoever comes with it from now on is somebody new."""
    group = await current_group(tx, customer_id, lock=True)
    refuse_other_version(group, version)
    held = _held(group, identifier_id)
    await identifiers.delete_identifiers(tx, [held])
    for retired in await identifiers.retire_identifiers(tx, [held.fingerprint], group.ids, tx.now):
        fact = IdentifierRetired(fingerprint=retired.fingerprint, generation=retired.generation)
        tx.publish(fact, subject=group.root.customer_id)
    return await _save(tx, settings, group, [other for other in group.identifiers if other is not held], by)


def _held(group: Group, identifier_id: UUID) -> Identifier:
    for identifier in group.identifiers:
        if identifier.identifier_id == identifier_id:
            return identifier
    raise NoSuchIdentifier


def _only_preferred(held: Sequence[Identifier], chosen: Identifier) -> list[Identifier]:
    return [
        replace(identifier, preferred=False)
        if identifier.kind == chosen.kind and identifier.identifier_id != chosen.identifier_id and identifier.preferred
        else identifier
        for identifier in held
    ]


async def _mark(tx: Tx, settings: Settings, group: Group, held: Identifier, marked: Identifier, by: str) -> Group:
    after = [marked if identifier is held else identifier for identifier in group.identifiers]
    if marked.preferred:
        after = _only_preferred(after, marked)
    changed = [identifier for identifier in after if identifier not in group.identifiers]
    if not changed:
        return group
    await identifiers.mark_identifiers(tx, changed)
    return await _save(tx, settings, group, after, by)


async def _save(tx: Tx, settings: Settings, group: Group, after: Sequence[Identifier], by: str) -> Group:
    what = identifier_changes(group.identifiers, after) or {
        "identifiers": {"from": _marks(group.identifiers), "to": _marks(after)}
    }
    changed = replace(group, identifiers=after)
    update = ProfileUpdate(group, changed, [HistoryEntry(group.root.customer_id, by, what)])
    return (await save_updates(tx, settings, [update], await load_definitions(tx)))[0]


def _marks(held: Sequence[Identifier]) -> list[dict[str, object]]:
    return [
        {"kind": identifier.kind, "verified": identifier.verified, "preferred": identifier.preferred}
        for identifier in held
    ]
