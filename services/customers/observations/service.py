"""Take in what publishers observed: prospects are opened, identifiers claimed, traits kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from services.customers.attributes.domain.definitions import Definitions, Kind
from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import (
    IdentifierKind,
    OfferedIdentifier,
    Owner,
    UnusableIdentifier,
    distinct,
    identifier_changes,
    read_identifier,
)
from services.customers.observations.domain import Traits, read_traits
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.domain.fitting import fold
from services.customers.profiles.domain.history import HistoryEntry, differences
from services.customers.profiles.service.opening import NewCustomer, open_or_lock
from services.customers.profiles.service.updates import ProfileUpdate, save_updates
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import IdentityObserved
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch
from shared.ids import new_id
from shared.observability.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Observation:
    """One event, read: who it is about, what they are called, what is stated of them."""

    event: Envelope[IdentityObserved]
    identifiers: Sequence[OfferedIdentifier]
    traits: Traits

    @property
    def subject(self) -> UUID:
        """The id under which the publisher knows the customer."""
        return self.event.subject

    @property
    def by(self) -> str:
        """The publisher."""
        return self.event.data.publisher

    @property
    def kind(self) -> Kind:
        """What the customer is, as far as this event shows."""
        traits = self.event.data.traits
        return "firm" if traits.get("kind") == "firm" or "legal_name" in traits else "person"


@dataclass(frozen=True, slots=True)
class ObservedBatch:
    """What a batch of events is about, worked out once: every customer is locked and every identifier has its owner.

    Observations of erased customers are left out. `groups` are by subject, as they were before the batch; `opened` are
    the customers that nobody knew; `owners` are by fingerprint, of identifiers new to their customers.
    """

    observations: Sequence[Observation]
    groups: Mapping[UUID, Group]
    opened: Set[UUID]
    owners: Mapping[str, Owner]
    definitions: Definitions


async def resolve_observed(batch: EventBatch) -> ObservedBatch:
    """The observations of this batch; the first handler that asks locks its customers and claims its identifiers."""
    if "observed" not in batch.resolved:
        batch.resolved["observed"] = await _resolve(batch.tx, batch.settings, batch.events)
    return cast(ObservedBatch, batch.resolved["observed"])


async def keep_observed(tx: Tx, settings: Settings, observed: ObservedBatch) -> None:
    """Everybody named is known (as a prospect at least) with the latest traits, and owns what nobody owned.

    An identifier that another customer owns stays there. Of one customer, several events are one change to the other
    services; what changes nothing emits nothing.
    """
    groups = observed.groups
    before = {group.root.customer_id: group for group in groups.values()}
    current = dict(before)
    entries: dict[UUID, list[HistoryEntry]] = {root: [] for root in current}
    causes: dict[UUID, Envelope[IdentityObserved]] = {}
    for observation in observed.observations:
        root = groups[observation.subject].root.customer_id
        after, entry = _apply(current[root], observation, observed.owners)
        if entry is not None:
            entries[root].append(entry)
        if after is not current[root]:
            current[root] = after
            causes[root] = observation.event
    added = [
        identifier
        for root, group in current.items()
        for identifier in group.identifiers
        if identifier not in before[root].identifiers
    ]
    await identifiers.add_identifiers(tx, added)
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
                cause=causes.get(root) or first.get(root),
            )
            for root, group in current.items()
        ],
        observed.definitions,
    )


async def _resolve(tx: Tx, settings: Settings, events: Sequence[Envelope[IdentityObserved]]) -> ObservedBatch:
    definitions = await load_definitions(tx)
    observations = [_read(settings, event, definitions) for event in events]
    wanted: dict[UUID, NewCustomer] = {}
    for observation in observations:
        wanted.setdefault(observation.subject, NewCustomer(observation.kind, observation.by))
    groups, opened = await open_or_lock(tx, wanted)
    observations = [observation for observation in observations if observation.subject in groups]
    owners = await _claim(tx, observations, groups)
    return ObservedBatch(observations, groups, opened, owners, definitions)


def _read(settings: Settings, event: Envelope[IdentityObserved], definitions: Definitions) -> Observation:
    data = event.data
    traits = read_traits(data.traits, definitions, event.time, data.publisher)
    if traits.left_out:
        log.warning("traits_too_long", names=traits.left_out, event_id=str(event.id))
    named: list[tuple[IdentifierKind, str, str | None]] = [
        (identifier.kind, identifier.value, identifier.source) for identifier in data.identifiers
    ]
    if data.derived_from is not None:
        named.insert(0, (data.derived_from.kind, data.derived_from.value, data.derived_from.source))
    named += [(kind, value, None) for kind, value in traits.addresses]
    offered = []
    for kind, value, source in named:
        try:
            offered.append(read_identifier(settings.key, kind, value, source))
        except UnusableIdentifier as fault:
            log.warning("identifier_unusable", kind=kind, event_id=str(event.id), why=str(fault))
    return Observation(event, distinct(offered), traits)


async def _claim(tx: Tx, observations: Sequence[Observation], groups: Mapping[UUID, Group]) -> dict[str, Owner]:
    """Who owns each identifier that is new to its customer. Of several who come at once the first gets it."""
    asked = [
        (observation, offered)
        for observation in observations
        for offered in observation.identifiers
        if offered.exclusive
        and all(held.fingerprint != offered.fingerprint for held in groups[observation.subject].identifiers)
    ]
    if not asked:
        return {}
    owners = await identifiers.owners_of(tx, [offered.fingerprint for _, offered in asked])
    claims: dict[str, UUID] = {}
    for observation, offered in asked:
        owner = owners.get(offered.fingerprint)
        if (owner is None or owner.customer_id is None) and not _stale(observation, offered, owner):
            claims.setdefault(offered.fingerprint, observation.subject)
    return {**owners, **await identifiers.claim_identifiers(tx, claims)}


def _stale(observation: Observation, offered: OfferedIdentifier, owner: Owner | None) -> bool:
    """True for an event from before the identifier was removed or erased: it must not bring it back."""
    if owner is None or owner.retired_at is None:
        return False
    derived = observation.event.data.derived_from
    if derived is not None and (derived.kind, derived.value.strip()) == (offered.kind, offered.value):
        return observation.event.data.generation < owner.generation
    return observation.event.time <= owner.retired_at


def _apply(group: Group, observation: Observation, owners: Mapping[str, Owner]) -> tuple[Group, HistoryEntry | None]:
    """The group after the observation, and what the history keeps of it."""
    subject, by = observation.subject, observation.by
    record = group.member(subject)
    observed = replace(
        record,
        source=record.source or by,
        claims=fold(record.claims, observation.traits.values),
        unfit=fold(record.unfit, observation.traits.unfit),
    )
    held = {identifier.fingerprint for identifier in group.identifiers}
    added = [
        offered.of(subject, new_id(), observation.event.time, by)
        for offered in observation.identifiers
        if offered.fingerprint not in held and _may_have(offered, owners.get(offered.fingerprint), group)
    ]
    if observed == record and not added:
        return group, None
    after = replace(group.with_member(observed), identifiers=[*group.identifiers, *added])
    what = {
        **differences(record.claims, observed.claims),
        **differences(record.unfit, observed.unfit),
        **identifier_changes(group.identifiers, after.identifiers),
    }
    return after, HistoryEntry(subject, by, what, observation.event.id) if what else None


def _may_have(offered: OfferedIdentifier, owner: Owner | None, group: Group) -> bool:
    return not offered.exclusive or (owner is not None and owner.customer_id in group.ids)
