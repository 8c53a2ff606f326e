"""Work out what a batch of observations is about: customers locked, names judged, owners known."""

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
    Claiming,
    IdentifierKind,
    OfferedIdentifier,
    Owner,
    UnusableIdentifier,
    distinct,
    generation_of,
    known_names,
    read_identifier,
)
from services.customers.identifiers.service.owning import own_identifiers
from services.customers.identifiers.service.respelling import respell_named, spelling_of
from services.customers.observations.domain import Known, Traits, believed, read_traits
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.service.opening import NewCustomer, open_or_lock
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import IdentityObserved
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch
from shared.observability.logging import get_logger
from shared.security.api_keys import Trust

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Observation:
    """One event, read: who it is about, what they are called, what is stated of them.

    `deriving` is the fingerprint of the identifier that said who is meant; of the names new to the customer `granted`
    may be believed and `refused` may not; `unknown` says that nothing was known of the customer before.
    """

    event: Envelope[IdentityObserved]
    identifiers: Sequence[OfferedIdentifier]
    traits: Traits
    deriving: str | None = None
    granted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    unknown: bool = False

    @property
    def subject(self) -> UUID:
        """The id under which the publisher knows the customer."""
        return self.event.subject

    @property
    def by(self) -> str:
        """The publisher."""
        return self.event.data.publisher

    @property
    def trust(self) -> Trust:
        """How far the publisher is believed."""
        return self.event.data.trust

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


async def _resolve(tx: Tx, settings: Settings, events: Sequence[Envelope[IdentityObserved]]) -> ObservedBatch:
    definitions = await load_definitions(tx)
    observations = [_read(settings, event, definitions) for event in events]
    named = [offered for observation in observations for offered in observation.identifiers]
    await respell_named(tx, spelling_of(settings), named)
    wanted: dict[UUID, NewCustomer] = {}
    for observation in observations:
        wanted.setdefault(observation.subject, NewCustomer(observation.kind, observation.by))
    groups, opened = await open_or_lock(tx, wanted)
    observations = [observation for observation in observations if observation.subject in groups]
    observations, owners = await _claim(tx, observations, groups)
    return ObservedBatch(observations, groups, opened, owners, definitions)


def _read(settings: Settings, event: Envelope[IdentityObserved], definitions: Definitions) -> Observation:
    data = event.data
    trusted = data.trust == "server"
    traits = read_traits(data.traits, definitions, event.time, data.publisher, trusted=trusted)
    if traits.left_out:
        log.warning("traits_too_long", names=traits.left_out, event_id=str(event.id))
    published = [identifier for identifier in data.identifiers if identifier != data.derived_from]
    if data.derived_from is not None:
        published.insert(0, data.derived_from)
    named: list[tuple[IdentifierKind, str, str | None]] = [(said.kind, said.value, said.source) for said in published]
    named += [(kind, value, None) for kind, value in traits.addresses]
    offered: list[OfferedIdentifier] = []
    deriving = None
    for place, (kind, value, source) in enumerate(named):
        try:
            offered.append(
                read_identifier(settings.key, kind, value, source, region=settings.phone_region, trust=data.trust)
            )
        except UnusableIdentifier as fault:
            log.warning("identifier_unusable", kind=kind, event_id=str(event.id), why=str(fault))
        else:
            if place == 0 and data.derived_from is not None:
                deriving = offered[-1].fingerprint
    return Observation(event, distinct(offered), traits, deriving)


async def _claim(
    tx: Tx, observations: Sequence[Observation], groups: Mapping[UUID, Group]
) -> tuple[list[Observation], dict[str, Owner]]:
    """The observations with what may be believed of each, and who owns each identifier that is new to its customer.

    Of several who come at once the first gets it.
    """
    news = {id(observation): _new_names(observation, groups) for observation in observations}
    exclusive = [offered for names in news.values() for offered in names if offered.exclusive]
    owners = await identifiers.owners_of(tx, known_names(exclusive)) if exclusive else {}
    known = {group.root.customer_id: Known.of(group) for group in groups.values()}
    claims: dict[str, Claiming] = {}
    causes: dict[str, Envelope[IdentityObserved]] = {}
    judged = []
    for observation in observations:
        so_far = known[groups[observation.subject].root.customer_id]
        unknown, granted = so_far.nothing, set()
        for offered in news[id(observation)]:
            if not believed(offered, observation.deriving, so_far):
                continue
            granted.add(offered.fingerprint)
            if not offered.exclusive or offered.fingerprint in claims:
                continue
            owner = owners.get(offered.fingerprint)
            if (owner is None or owner.customer_id is None) and not _stale(observation, offered, owners):
                claims[offered.fingerprint] = offered.claim(observation.subject, owners)
                causes[offered.fingerprint] = observation.event
                so_far.has_email |= offered.kind == "email"
        so_far.nothing = False
        refused = {offered.fingerprint for offered in news[id(observation)]} - granted
        judged.append(replace(observation, granted=frozenset(granted), refused=frozenset(refused), unknown=unknown))
    return judged, {**owners, **await own_identifiers(tx, claims, causes)}


def _new_names(observation: Observation, groups: Mapping[UUID, Group]) -> list[OfferedIdentifier]:
    held = {identifier.fingerprint for identifier in groups[observation.subject].identifiers}
    return [offered for offered in observation.identifiers if offered.fingerprint not in held]


def _stale(observation: Observation, offered: OfferedIdentifier, owners: Mapping[str, Owner]) -> bool:
    """True for an event from before the identifier was removed or erased: it must not bring it back."""
    retired = [
        owner.retired_at
        for name in known_names([offered])
        if (owner := owners.get(name)) is not None and owner.retired_at is not None
    ]
    if not retired:
        return False
    if observation.deriving == offered.fingerprint:
        return observation.event.data.generation < generation_of(offered, owners)
    return observation.event.time <= max(retired)
