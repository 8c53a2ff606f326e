"""Take in what publishers observed: prospects are opened, identifiers claimed, traits kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import (
    Identifier,
    OfferedIdentifier,
    Owner,
    Statement,
    identifier_changes,
    is_import,
    stated,
)
from services.customers.identifiers.service.owning import trust_owners
from services.customers.observations.domain import Known, believed
from services.customers.observations.service.batches import Observation, ObservedBatch
from services.customers.profiles.domain.customer import Group, Record
from services.customers.profiles.domain.fitting import fold
from services.customers.profiles.domain.history import HistoryEntry, differences
from services.customers.profiles.service.updates import ProfileUpdate, save_updates
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import IdentityObserved
from shared.customers.identifiers import EXCLUSIVE
from shared.database.transaction import Tx
from shared.ids import new_id


async def keep_observed(tx: Tx, settings: Settings, observed: ObservedBatch) -> None:
    """Everybody named is known (as a prospect at least) with the latest traits, and owns what nobody owned.

    What a browser says of somebody known already is kept apart as hearsay. An identifier that another customer owns
    stays there. Of one customer, several events are one change to the other services; what changes nothing emits
    nothing.
    """
    groups = observed.groups
    before = {group.root.customer_id: group for group in groups.values()}
    current = dict(before)
    entries: dict[UUID, list[HistoryEntry]] = {root: [] for root in current}
    causes: dict[UUID, Envelope[IdentityObserved]] = {}
    proven: dict[str, Observation] = {}
    for observation in observed.observations:
        root = groups[observation.subject].root.customer_id
        after, entry = _apply(current[root], observation, observed.owners)
        proven |= dict.fromkeys(_proven(current[root], after), observation)
        if entry is not None:
            entries[root].append(entry)
        if after is not current[root]:
            current[root] = after
            causes[root] = observation.event
    await _save_identifiers(tx, before, current)
    for name, observation in proven.items():
        await trust_owners(tx, [name], groups[observation.subject].ids, observation.event)
    first = {observation.subject: observation.event for observation in reversed(observed.observations)}
    await save_updates(
        tx,
        settings,
        [
            ProfileUpdate(
                before[root],
                group,
                entries[root],
                new=root in observed.opened,
                quiet=not entries[root] and root in causes and is_import(causes[root].data.publisher),
                cause=causes.get(root) or first.get(root),
            )
            for root, group in current.items()
        ],
        observed.definitions,
    )


async def _save_identifiers(tx: Tx, before: Mapping[UUID, Group], current: Mapping[UUID, Group]) -> None:
    held = {identifier.identifier_id: identifier for group in before.values() for identifier in group.identifiers}
    now = [identifier for group in current.values() for identifier in group.identifiers]
    await identifiers.add_identifiers(tx, [one for one in now if one.identifier_id not in held])
    await identifiers.mark_identifiers(tx, [one for one in now if held.get(one.identifier_id, one) != one])


def _proven(before: Group, after: Group) -> list[str]:
    """Fingerprints of what was hearsay before and is trusted now."""
    doubted = {held.identifier_id for held in before.identifiers if held.trust == "browser"}
    return [
        held.fingerprint
        for held in after.identifiers
        if held.identifier_id in doubted and held.trust == "server" and held.kind in EXCLUSIVE
    ]


def _apply(group: Group, observation: Observation, owners: Mapping[str, Owner]) -> tuple[Group, HistoryEntry | None]:
    """The group after the observation, and what the history keeps of it."""
    subject, by = observation.subject, observation.by
    record = group.member(subject)
    observed = replace(_told(record, observation), source=record.source or by)
    held = {identifier.fingerprint for identifier in group.identifiers}
    added = [
        offered.of(subject, new_id(), observation.event.time, by)
        for offered in observation.identifiers
        if offered.fingerprint not in held
        and offered.fingerprint in observation.granted
        and _may_have(offered, owners.get(offered.fingerprint), group)
    ]
    names = _proved(group.identifiers, observation)
    if observed == record and not added and names == list(group.identifiers):
        return group, None
    after = replace(group.with_member(observed), identifiers=[*names, *added])
    what = {
        **differences(record.claims, observed.claims),
        **differences(record.unfit, observed.unfit),
        **identifier_changes(group.identifiers, after.identifiers),
    }
    # Who says again what an import has said is met now, if the import is taken back.
    met = any(now.statements != before.statements for now, before in zip(names, group.identifiers, strict=True))
    if not what and not (met and not is_import(by)):
        return after, None
    return after, HistoryEntry(subject, by, what, observation.event.id)


def _told(record: Record, observation: Observation) -> Record:
    """The record with what is stated of it: as its claims, or apart when a browser speaks of somebody known."""
    traits = observation.traits
    if observation.trust == "browser" and not observation.unknown:
        return replace(record, hearsay=fold(record.hearsay, {**traits.values, **traits.unfit}))
    return replace(record, claims=fold(record.claims, traits.values), unfit=fold(record.unfit, traits.unfit))


def _proved(held: Sequence[Identifier], observation: Observation) -> list[Identifier]:
    """The identifiers that a customer has, as they stand after somebody stated some of them again: those that a server
    states are hearsay no longer, and those of an import stay when it is taken back."""
    believable = Known(nothing=False, has_email=False)
    names = {
        offered.fingerprint
        for offered in observation.identifiers
        if believed(offered, observation.deriving, believable)
    }
    said = Statement(observation.event.time, observation.by, observation.trust)
    return [stated(identifier, said) if identifier.fingerprint in names else identifier for identifier in held]


def _may_have(offered: OfferedIdentifier, owner: Owner | None, group: Group) -> bool:
    return not offered.exclusive or (owner is not None and owner.customer_id in group.ids)
