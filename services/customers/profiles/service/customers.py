"""Create and change customers; their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.customers.attributes.domain.definitions import Definitions, Kind, Unfit, Value, fit
from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import (
    OfferedIdentifier,
    Owner,
    distinct,
    generation_of,
    identifier_changes,
    is_import,
    known_names,
)
from services.customers.identifiers.errors import IdentifierTaken
from services.customers.identifiers.service.owning import own_identifiers
from services.customers.identifiers.service.respelling import respell_named, spelling_of
from services.customers.profiles.domain.claims import STATUS, Claim, Claims
from services.customers.profiles.domain.customer import Group, Record, Status, sources_of
from services.customers.profiles.domain.history import Change, HistoryEntry, differences
from services.customers.profiles.errors import CustomerExists, Erased, InvalidAttributes
from services.customers.profiles.repository import history, records
from services.customers.profiles.service.updates import (
    ProfileUpdate,
    current_group,
    refuse_other_version,
    save_updates,
)
from shared.customers.identifiers import PRECEDENCE, customer_id_of
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Draft:
    """A customer to be created."""

    kind: Kind
    status: Status = "prospect"
    source: str | None = None
    identifiers: Sequence[OfferedIdentifier] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change: what is None stays; in `attributes` None clears."""

    kind: Kind | None = None
    status: Status | None = None
    source: str | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)


async def create_customer(tx: Tx, settings: Settings, draft: Draft, *, by: str) -> Group:
    """The customer exists under the id that its identifiers derive (or a given or fresh one) and owns them all.

    Raises IdentifierTaken, CustomerExists, Erased, InvalidAttributes.
    """
    definitions = await load_definitions(tx)
    values = checked(draft.attributes, draft.kind, definitions)
    await respell_named(tx, spelling_of(settings), draft.identifiers)
    owners = await identifiers.owners_of(tx, known_names(draft.identifiers))
    _refuse_taken(draft.identifiers, owners, None)
    customer_id = draft.customer_id or _derived(settings, draft.identifiers, owners)
    claims = {name: Claim(value, tx.now, by) for name, value in values.items() if value is not None}
    claims[STATUS] = Claim(draft.status, tx.now, by)
    record = Record(
        customer_id=customer_id,
        kind=draft.kind,
        source=draft.source or by,
        created_at=tx.now,
        changed_at=tx.now,
        current_id=customer_id,
        claims=claims,
    )
    if not await records.open_records(tx, [record]):
        raise CustomerExists(customer_id)
    if await erased_among(tx, [customer_id]):
        raise Erased(customer_id)
    owned = [offered.of(customer_id, new_id(), tx.now, by) for offered in distinct(draft.identifiers)]
    owners = await own_identifiers(
        tx,
        {offered.fingerprint: offered.claim(customer_id, owners) for offered in draft.identifiers if offered.exclusive},
    )
    _refuse_taken(draft.identifiers, owners, customer_id)
    await identifiers.add_identifiers(tx, owned)
    group = Group(record, [record], owned)
    entry = HistoryEntry(customer_id, by, {**differences({}, claims), **identifier_changes([], owned)})
    return (await save_updates(tx, settings, [ProfileUpdate(group, group, [entry], new=True)], definitions))[0]


async def change_customer(
    tx: Tx, settings: Settings, customer_id: UUID, change: Amendment, *, version: int | None, by: str
) -> Group:
    """The change holds, if the customer still was at `version` (None: whatever it was).

    Raises NoSuchCustomer, Erased, VersionConflict, InvalidAttributes.
    """
    group = await current_group(tx, customer_id, lock=True)
    refuse_other_version(group, version)
    root = group.root
    definitions = await load_definitions(tx)
    stated: dict[str, Value] = dict(checked(change.attributes, change.kind or root.kind, definitions))
    if change.status is not None:
        stated[STATUS] = change.status
    shown = {**root.profile.values, STATUS: root.profile.status}
    sources = sources_of(group)
    # Who states what an import had stated means it whatever becomes of the import.
    news = {
        name: value
        for name, value in stated.items()
        if shown.get(name) != value or (name in sources and is_import(sources[name].claim.by))
    }
    claims = {**root.claims, **_claims_now(tx, group, news, by)}
    unfit = {name: claim for name, claim in root.unfit.items() if name not in stated}
    record = replace(
        root, kind=change.kind or root.kind, source=change.source or root.source, claims=claims, unfit=unfit
    )
    what = differences(root.claims, claims)
    what |= {
        name: {"from": getattr(root, name), "to": getattr(record, name)}
        for name in ("kind", "source")
        if getattr(root, name) != getattr(record, name)
    }
    entries = [HistoryEntry(root.customer_id, by, what)] if what or claims != root.claims else []
    update = ProfileUpdate(group, group.with_member(record), entries)
    return (await save_updates(tx, settings, [update], definitions))[0]


async def history_of(tx: Tx, customer_id: UUID, before: UUID | None, limit: int) -> list[Change]:
    """What changed under any of the customer's ids, the newest first."""
    group = await current_group(tx, customer_id)
    return await history.page_of_changes(tx, group.ids, before, limit)


def checked(values: Mapping[str, Value], kind: Kind, definitions: Definitions) -> dict[str, Value]:
    """The attributes in the form in which they are kept. Raises InvalidAttributes with every fault."""
    kept: dict[str, Value] = {}
    errors = []
    for name, value in values.items():
        where = f"/attributes/{name}"
        definition = definitions.get(name)
        if definition is None:
            errors.append({"where": where, "what": "is not defined", "cure": "Define it with POST /attributes."})
        elif definition.applies_to not in ("both", kind):
            errors.append({"where": where, "what": f"is no attribute of a {kind}", "cure": "Leave it out."})
        else:
            try:
                kept[name] = fit(definition, value)
            except Unfit as fault:
                errors.append({"where": where, "what": str(fault), "cure": f"Send a value of type {definition.type}."})
    if errors:
        raise InvalidAttributes(errors)
    return kept


def _claims_now(tx: Tx, group: Group, values: Mapping[str, Value], by: str) -> Claims:
    # A publisher's clock may be some minutes ahead; who changes a value by hand has seen it and means to replace it.
    held = {name: [member.claims[name].at for member in group.members if name in member.claims] for name in values}
    return {name: Claim(value, max([tx.now, *held[name]]), by) for name, value in values.items()}


def _refuse_taken(
    identifiers: Sequence[OfferedIdentifier], owners: Mapping[str, Owner], customer_id: UUID | None
) -> None:
    for index, offered in enumerate(identifiers):
        owner = owners.get(offered.fingerprint)
        if offered.exclusive and owner is not None and owner.customer_id not in (None, customer_id):
            assert owner.customer_id is not None
            raise IdentifierTaken(owner.customer_id, f"/identifiers/{index}")


def _derived(settings: Settings, identifiers: Sequence[OfferedIdentifier], owners: Mapping[str, Owner]) -> UUID:
    for kind in PRECEDENCE:
        for offered in identifiers:
            if offered.kind == kind:
                return customer_id_of(settings.key, offered.published, generation_of(offered, owners))
    return new_id()
