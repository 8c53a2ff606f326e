"""Take rows about people whom nobody knows yet: written once, as they are to be.

Most rows of a first import are such. As observations they would be opened empty, read back and written again: three
times the work of these statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from services.customers.attributes.domain.definitions import Definitions
from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import Claiming, Owner, identifier_changes
from services.customers.identifiers.service.owning import tell_owner
from services.customers.imports.domain.imports import Import
from services.customers.imports.service.judging import Taken
from services.customers.observations.domain import SYNONYMS
from services.customers.profiles.domain.claims import STATUS, Claim
from services.customers.profiles.domain.customer import Group, Record, profile_of
from services.customers.profiles.domain.history import Change
from services.customers.profiles.repository import history, records
from services.customers.profiles.service.opening import discard_erased
from services.customers.profiles.service.updates import profile_fact
from shared.contracts.envelope import Origin
from shared.customers.identifiers import EXCLUSIVE
from shared.database.transaction import Tx
from shared.ids import new_id

# A publisher's traits of these names are identifiers, or other attributes.
_TRAITS_OF_THEIR_OWN = frozenset({*SYNONYMS, "email", "phone"})


async def take_newcomers(
    tx: Tx, settings: Settings, made: Import, taken: Sequence[Taken], definitions: Definitions
) -> list[Taken]:
    """Those whom nobody knew are customers, published as history; returns the rows that are left: about people who are
    known, or whom somebody else has opened at this moment."""
    wanted = {one.judged.customer_id: (one, _group(tx, made, one)) for one in taken if _is_plain(one)}
    opened = await records.open_new(tx, [group.root for _, group in wanted.values()])
    opened -= await discard_erased(tx, opened)
    newcomers = [(one, group) for customer_id, (one, group) in wanted.items() if customer_id in opened]
    owners = await _own(tx, made, [one for one, _ in newcomers])
    groups = [_owning(group, owners) for _, group in newcomers]
    await identifiers.copy_identifiers(tx, [held for group in groups for held in group.identifiers])
    await history.copy_changes(tx, [_change(tx, made, group) for group in groups])
    changed = [now.root for now, (_, before) in zip(groups, newcomers, strict=True) if now is not before]
    await records.save_records(tx, changed)
    segmentable = {name for name, definition in definitions.items() if definition.segmentable}
    for group in groups:
        root = group.root
        names = sorted({*(segmentable & root.profile.values.keys()), STATUS, *_reachable(root)})
        fact = profile_fact(settings, root, root.profile, definitions, names)
        tx.publish(fact, subject=root.customer_id, cause=made.import_id, origin=Origin.HISTORY)
    return [one for one in taken if one.judged.outcome != "new" or one.judged.customer_id not in opened]


def _is_plain(one: Taken) -> bool:
    if one.judged.outcome != "new" or not _TRAITS_OF_THEIR_OWN.isdisjoint(one.values):
        return False
    return all(name.former is None for name in one.read.identifiers)


def _group(tx: Tx, made: Import, one: Taken) -> Group:
    """The customer as they will be when everything that the row names is free."""
    customer_id, by = one.judged.customer_id, made.publisher
    at = made.created_at + timedelta(microseconds=one.read.row.number)
    record = Record(
        customer_id=customer_id,
        kind="firm" if "legal_name" in one.values else "person",
        source=by,
        created_at=tx.now,
        changed_at=tx.now,
        current_id=customer_id,
        claims={name: Claim(value, at, by) for name, value in one.values.items()},
    )
    return _shown(Group(record, [record], [name.of(customer_id, new_id(), at, by) for name in one.read.identifiers]))


def _owning(group: Group, owners: Mapping[str, Owner]) -> Group:
    """The customer with what is theirs: somebody else may have got an identifier at this moment."""
    held = [one for one in group.identifiers if one.kind not in EXCLUSIVE or _owns(group, owners.get(one.fingerprint))]
    return group if len(held) == len(group.identifiers) else _shown(replace(group, identifiers=held))


def _owns(group: Group, owner: Owner | None) -> bool:
    return owner is not None and owner.customer_id == group.root.customer_id


def _shown(group: Group) -> Group:
    return group.with_member(replace(group.root, profile=profile_of(group)))


async def _own(tx: Tx, made: Import, newcomers: Sequence[Taken]) -> dict[str, Owner]:
    claims: dict[str, Claiming] = {}
    for one in newcomers:
        for name in one.read.identifiers:
            if name.exclusive:
                generation = one.generation if name is one.read.deriving else 0
                claims.setdefault(name.fingerprint, Claiming(one.judged.customer_id, name.kind, name.trust, generation))
    owners = await identifiers.claim_identifiers(tx, claims)
    for fingerprint, claim in claims.items():
        if owners[fingerprint].customer_id == claim.customer_id:
            tell_owner(tx, owners[fingerprint], cause=made.import_id, origin=Origin.HISTORY)
    return owners


def _reachable(root: Record) -> tuple[str, ...]:
    return ("reachable",) if root.profile.reachable else ()


def _change(tx: Tx, made: Import, group: Group) -> Change:
    root = group.root
    values = {name: {"from": None, "to": claim.value} for name, claim in root.claims.items()}
    what = {**values, **identifier_changes([], group.identifiers)}
    return Change(root.customer_id, new_id(), root.version, tx.now, made.publisher, made.import_id, what)
