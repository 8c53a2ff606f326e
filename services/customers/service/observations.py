"""What publishers say of somebody: prospects are opened, identifiers claimed, traits kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.customers.config import Settings
from services.customers.domain.attributes import Definitions
from services.customers.domain.customer import Group, IdentifierKind, Kind
from services.customers.domain.merging import Candidate
from services.customers.domain.naming import Name, Unusable, read_name
from services.customers.domain.traits import Traits, fold, read_traits
from services.customers.repository import identifiers, merges
from services.customers.repository.definitions import definitions
from services.customers.repository.identifiers import Owner
from services.customers.service.customers import named, unique
from services.customers.service.opening import Opening, open_or_lock
from services.customers.service.profiles import Entry, Writing, differences, write
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import IdentityObserved
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.observability.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Heard:
    """One event, read: who it is about, what they are called, what is said of them."""

    envelope: Envelope[IdentityObserved]
    names: Sequence[Name]
    traits: Traits

    @property
    def subject(self) -> UUID:
        return self.envelope.subject

    @property
    def by(self) -> str:
        return self.envelope.data.publisher


async def observe_identities(tx: Tx, settings: Settings, events: Sequence[Envelope[IdentityObserved]]) -> None:
    """Everybody named is known (as a prospect at least) with the latest traits, and owns what nobody owned.

    An identifier that another customer owns stays there and becomes a link candidate. Of one customer, several events
    are one change to the other services; what changes nothing says nothing. Erased ids are passed over.
    """
    known = await definitions(tx)
    heard = [_read(settings, one, known) for one in events]
    wanted: dict[UUID, Opening] = {}
    for one in heard:
        wanted.setdefault(one.subject, Opening(_kind(one), one.by))
    groups, opened = await open_or_lock(tx, wanted)
    heard = [one for one in heard if one.subject in groups]
    owners = await _claim(tx, heard, groups)

    current = {group.root.customer_id: group for group in groups.values()}
    before = dict(current)
    entries: dict[UUID, list[Entry]] = {root: [] for root in current}
    causes: dict[UUID, Envelope[IdentityObserved]] = {}
    candidates: list[Candidate] = []
    for one in heard:
        root = groups[one.subject].root.customer_id
        group = current[root]
        after, entry = _apply(group, one, owners)
        if entry is not None:
            entries[root].append(entry)
        if after is not group:
            current[root] = after
            causes[root] = one.envelope
        candidates += _candidates(tx, after, one, owners)
    added = [
        identifier
        for root, group in current.items()
        for identifier in group.identifiers
        if identifier not in before[root].identifiers
    ]
    await identifiers.add_identifiers(tx, added)
    await merges.add_candidates(tx, candidates)
    first = {one.subject: one.envelope for one in reversed(heard)}
    await write(
        tx,
        settings,
        [
            Writing(before[root], group, entries[root], new=root in opened, cause=causes.get(root) or first.get(root))
            for root, group in current.items()
        ],
        known,
    )


def _read(settings: Settings, envelope: Envelope[IdentityObserved], known: Definitions) -> _Heard:
    said = envelope.data
    traits = read_traits(said.traits, known, envelope.time, said.publisher)
    if traits.left_out:
        log.warning("traits_too_long", names=traits.left_out, event_id=str(envelope.id))
    offered: list[tuple[IdentifierKind, str, str | None]] = [
        (one.kind, one.value, one.source) for one in said.identifiers
    ]
    if said.derived_from is not None:
        offered.insert(0, (said.derived_from.kind, said.derived_from.value, said.derived_from.source))
    offered += [(kind, value, None) for kind, value in traits.addresses]
    names = []
    for kind, value, source in offered:
        try:
            names.append(read_name(settings.key, kind, value, source))
        except Unusable as fault:
            log.warning("identifier_unusable", kind=kind, event_id=str(envelope.id), why=str(fault))
    return _Heard(envelope, unique(names), traits)


def _kind(one: _Heard) -> Kind:
    said = one.envelope.data.traits
    return "firm" if said.get("kind") == "firm" or "legal_name" in said else "person"


async def _claim(tx: Tx, heard: Sequence[_Heard], groups: Mapping[UUID, Group]) -> dict[str, Owner]:
    """Who owns each identifier that is new to its customer. Of several who come at once the first gets it."""
    asked = [
        (one, name)
        for one in heard
        for name in one.names
        if name.exclusive and all(held.fingerprint != name.fingerprint for held in groups[one.subject].identifiers)
    ]
    if not asked:
        return {}
    owners = await identifiers.owners_of(tx, [name.fingerprint for _, name in asked])
    claims: dict[str, UUID] = {}
    for one, name in asked:
        owner = owners.get(name.fingerprint)
        if (owner is None or owner.customer_id is None) and not _stale(one, name, owner):
            claims.setdefault(name.fingerprint, one.subject)
    return {**owners, **await identifiers.claim_identifiers(tx, claims)}


def _stale(one: _Heard, name: Name, owner: Owner | None) -> bool:
    """True for an event from before the identifier was removed or erased: it must not bring it back."""
    if owner is None or owner.retired_at is None:
        return False
    derived = one.envelope.data.derived_from
    if derived is not None and (derived.kind, derived.value.strip()) == (name.kind, name.value):
        return one.envelope.data.generation < owner.generation
    return one.envelope.time <= owner.retired_at


def _apply(group: Group, one: _Heard, owners: Mapping[str, Owner]) -> tuple[Group, Entry | None]:
    record = group.member(one.subject)
    heard = replace(
        record,
        source=record.source or one.by,
        claims=fold(record.claims, one.traits.values),
        unfit=fold(record.unfit, one.traits.unfit),
    )
    mine = {member.customer_id for member in group.members}
    held = {identifier.fingerprint for identifier in group.identifiers}
    added = [
        name.of(one.subject, new_id(), one.envelope.time, one.by)
        for name in one.names
        if name.fingerprint not in held and _may_have(name, owners.get(name.fingerprint), mine)
    ]
    if heard == record and not added:
        return group, None
    after = replace(group.with_member(heard), identifiers=[*group.identifiers, *added])
    what = {
        **differences(record.claims, heard.claims),
        **differences(record.unfit, heard.unfit),
        **named(group.identifiers, after.identifiers),
    }
    return after, Entry(one.subject, one.by, what, one.envelope.id) if what else None


def _may_have(name: Name, owner: Owner | None, mine: set[UUID]) -> bool:
    return not name.exclusive or (owner is not None and owner.customer_id in mine)


def _candidates(tx: Tx, group: Group, one: _Heard, owners: Mapping[str, Owner]) -> list[Candidate]:
    mine = {member.customer_id for member in group.members}
    found = []
    for name in one.names:
        owner = owners.get(name.fingerprint)
        if name.exclusive and owner is not None and owner.customer_id is not None and owner.customer_id not in mine:
            found.append(
                Candidate(one.subject, new_id(), owner.customer_id, name.kind, name.fingerprint, tx.now, one.by)
            )
    return found
