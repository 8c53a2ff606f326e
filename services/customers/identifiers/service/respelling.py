"""Bring stored identifiers to the present spelling, without giving anybody another id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from services.customers.config import Settings
from services.customers.identifiers import repository
from services.customers.identifiers.domain import Identifier, OfferedIdentifier, Owner, former_names
from services.customers.identifiers.service.owning import tell_owners
from shared.contracts.customers import IdentifierRetired
from shared.contracts.envelope import Origin
from shared.customers.identifiers import EXCLUSIVE, fingerprint
from shared.customers.spelling import SPELLING, former_normalise, normalise
from shared.database.transaction import Tx


class Spelling(NamedTuple):
    """What decides how identifiers are spelt: the installation's key, and the country of phones without one."""

    key: str
    region: str


def spelling_of(settings: Settings) -> Spelling:
    """The spelling of this installation."""
    return Spelling(settings.key, settings.phone_region)


class Met(NamedTuple):
    """Two customers whose identifiers are one in the present spelling: `held` stays as it was, `owner_id` has it."""

    held: Identifier
    owner_id: UUID


async def respell_named(tx: Tx, spelling: Spelling, offered: Sequence[OfferedIdentifier]) -> None:
    """Whoever is known by one of these under its former spelling is known under the present one.

    Before such names are looked for; nearly always there is nothing to do and nothing is asked.
    """
    former = former_names(offered)
    if not former:
        return
    wanted = {identifier.fingerprint for identifier in offered}
    held = [
        identifier
        for identifier in await repository.formerly_spelt_as(tx, former, SPELLING)
        if _respelt(spelling, identifier).fingerprint in wanted
    ]
    await respell(tx, spelling, held)


async def respell_some(tx: Tx, spelling: Spelling, limit: int) -> tuple[int, list[Met]]:
    """Up to `limit` stored identifiers are brought to the present spelling; how many, and who met by that."""
    held = await repository.formerly_spelt(tx, SPELLING, limit)
    return len(held), await respell(tx, spelling, held)


async def respell(tx: Tx, spelling: Spelling, held: Sequence[Identifier]) -> list[Met]:
    """These identifiers are known by their present spelling, and everybody hears whose they are.

    Their customers keep their ids. A former spelling that is another address of its own (strasse@ for straße@) derives
    somebody new from now on. An identifier that another customer has in the present spelling stays as it was.
    """
    respelt = {identifier.identifier_id: _respelt(spelling, identifier) for identifier in held}
    names = {identifier.fingerprint for identifier in held} | {after.fingerprint for after in respelt.values()}
    owners = await repository.owners_of(tx, sorted(names))
    met: list[Met] = []
    told: list[Owner] = []
    for identifier in held:
        after = respelt[identifier.identifier_id]
        owner = owners.get(identifier.fingerprint)
        if identifier.kind in EXCLUSIVE and after.fingerprint != identifier.fingerprint and owner is not None:
            other = owners.get(after.fingerprint)
            if other is not None and other.customer_id not in (None, owner.customer_id):
                assert other.customer_id is not None
                met.append(Met(identifier, other.customer_id))
                respelt[identifier.identifier_id] = replace(identifier, spelling=SPELLING)
            else:
                owner = await _move(tx, spelling, identifier, after, owner)
                owners[after.fingerprint] = owner
        if owner is not None:
            told.append(owner)
    await repository.respell_identifiers(tx, list(respelt.values()))
    tell_owners(tx, told)
    return met


async def _move(tx: Tx, spelling: Spelling, before: Identifier, after: Identifier, owner: Owner) -> Owner:
    """The directory's entry under the present spelling; the former one goes, or is somebody else's from now on."""
    moved = await repository.move_owner(tx, owner, after.fingerprint)
    stays = normalise(before.kind, before.normalised, region=spelling.region) == before.normalised
    if not stays:
        await repository.forget_owner(tx, before.fingerprint)
    elif owner.customer_id is not None:
        for retired in await repository.retire_identifiers(tx, [before.fingerprint], [owner.customer_id], tx.now):
            fact = IdentifierRetired(fingerprint=retired.fingerprint, generation=retired.generation)
            tx.publish(fact, subject=owner.customer_id, origin=Origin.BACKFILL)
    return moved


def _respelt(spelling: Spelling, identifier: Identifier) -> Identifier:
    before = former_normalise(identifier.kind, identifier.value, identifier.source)
    if identifier.fingerprint != fingerprint(spelling.key, identifier.kind, before):
        # Made under another key, or by hand: what cannot be made again is told as it stands.
        return replace(identifier, spelling=SPELLING)
    normalised = normalise(identifier.kind, identifier.value, identifier.source, spelling.region)
    known_as = fingerprint(spelling.key, identifier.kind, normalised)
    return replace(identifier, normalised=normalised, fingerprint=known_as, spelling=SPELLING)
