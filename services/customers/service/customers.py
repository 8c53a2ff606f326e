"""Create, read, change, list and find customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.customers.config import Settings
from services.customers.domain.attributes import Definitions, Unfit, fit
from services.customers.domain.claims import STATUS, Claim, Claims, Value
from services.customers.domain.customer import Group, Identifier, Kind, Record, Status
from services.customers.domain.finding import Change, Filters, Position
from services.customers.domain.naming import Name
from services.customers.errors import (
    CustomerExists,
    Erased,
    IdentifierTaken,
    InvalidAttributes,
    VersionConflict,
)
from services.customers.repository import history, identifiers, records, search
from services.customers.repository.definitions import definitions
from services.customers.service.profiles import Entry, Writing, current_group, differences, write
from shared.contracts.interactions import Identifier as PublishedIdentifier
from shared.customers.identifiers import PRECEDENCE, customer_id_of
from shared.database.transaction import Tx
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Draft:
    """A customer to be created."""

    kind: Kind
    status: Status = "prospect"
    source: str | None = None
    names: Sequence[Name] = ()
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
    known = await definitions(tx)
    values = checked(draft.attributes, draft.kind, known)
    owners = await identifiers.owners_of(tx, [one.fingerprint for one in draft.names])
    _refuse_taken(draft.names, owners, None)
    customer_id = draft.customer_id or _derived(settings, draft.names, owners)
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
    if await records.tombstoned(tx, [customer_id]):
        raise Erased(customer_id)
    owned = [one.of(customer_id, new_id(), tx.now, by) for one in unique(draft.names)]
    owners = await identifiers.claim_identifiers(
        tx, {one.fingerprint: customer_id for one in draft.names if one.exclusive}
    )
    _refuse_taken(draft.names, owners, customer_id)
    await identifiers.add_identifiers(tx, owned)
    group = Group(record, [record], owned)
    entry = Entry(customer_id, by, {**differences({}, claims), **named([], owned)})
    return (await write(tx, settings, [Writing(group, group, [entry], new=True)], known))[0]


async def change_customer(
    tx: Tx, settings: Settings, customer_id: UUID, change: Amendment, *, version: int | None, by: str
) -> Group:
    """The change holds, if the customer still was at `version` (None: whatever it was).

    Raises NoSuchCustomer, Erased, VersionConflict, InvalidAttributes.
    """
    group = await current_group(tx, customer_id, lock=True)
    refuse_other_version(group, version)
    root = group.root
    known = await definitions(tx)
    said: dict[str, Value] = dict(checked(change.attributes, change.kind or root.kind, known))
    if change.status is not None:
        said[STATUS] = change.status
    shown = {**root.shown.values, STATUS: root.shown.status}
    claims = {**root.claims, **_said_now(tx, group, {n: v for n, v in said.items() if shown.get(n) != v}, by)}
    unfit = {name: claim for name, claim in root.unfit.items() if name not in said}
    record = replace(
        root, kind=change.kind or root.kind, source=change.source or root.source, claims=claims, unfit=unfit
    )
    what = differences(root.claims, claims)
    what |= {
        name: {"from": getattr(root, name), "to": getattr(record, name)}
        for name in ("kind", "source")
        if getattr(root, name) != getattr(record, name)
    }
    entries = [Entry(root.customer_id, by, what)] if what else []
    return (await write(tx, settings, [Writing(group, group.with_member(record), entries)], known))[0]


async def history_of(tx: Tx, customer_id: UUID, before: UUID | None, limit: int) -> list[Change]:
    """What changed under any of the customer's ids, the newest first."""
    group = await current_group(tx, customer_id)
    return await history.page_of_changes(tx, [one.customer_id for one in group.members], before, limit)


async def list_customers(tx: Tx, filters: Filters, after: Position | None, limit: int) -> list[Record]:
    """Current customers that pass the filters, in the order in which they became known."""
    return await search.page_of_customers(tx, filters, after, limit)


async def equalities(tx: Tx, wanted: Sequence[tuple[str, str]]) -> dict[str, Value]:
    """Texts of a filter as values of their attributes' types. Raises InvalidAttributes for what could never be."""
    known = await definitions(tx)
    kept: dict[str, Value] = {}
    for name, text in wanted:
        definition = known.get(name)
        try:
            kept[name] = text if definition is None else fit(definition, [text] if definition.type == "texts" else text)
        except Unfit as fault:
            raise InvalidAttributes(
                [{"where": "query:attribute", "what": f"{name} {fault}", "cure": "Ask for a value it can have."}]
            ) from None
    return kept


async def find_customers(
    tx: Tx, *, name: Name | None, name_begins: str | None, email_begins: str | None, limit: int
) -> list[Record]:
    """Current customers by exact identifier, or by the beginning of a name or an e-mail."""
    if name is not None:
        return await search.with_fingerprint(tx, name.fingerprint, limit)
    if email_begins is not None:
        return await search.with_email_like(tx, email_begins.strip().casefold(), limit)
    return await search.with_name_like(tx, (name_begins or "").strip(), limit)


def refuse_other_version(group: Group, version: int | None) -> None:
    """Raises VersionConflict when `version` is given and another one holds."""
    if version is not None and version != group.root.version:
        raise VersionConflict(group.root.version)


def checked(said: Mapping[str, Value], kind: Kind, known: Definitions) -> dict[str, Value]:
    """The attributes in the form in which they are kept. Raises InvalidAttributes with every fault."""
    kept: dict[str, Value] = {}
    errors = []
    for name, value in said.items():
        where = f"/attributes/{name}"
        definition = known.get(name)
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


def named(before: Sequence[Identifier], after: Sequence[Identifier]) -> dict[str, dict[str, object]]:
    """Identifiers that came or went, for the history."""
    old, new = ({one.fingerprint: {"kind": one.kind, "value": one.value} for one in some} for some in (before, after))
    gone = [old[one] for one in old if one not in new]
    come = [new[one] for one in new if one not in old]
    return {"identifiers": {"from": gone or None, "to": come or None}} if gone or come else {}


def unique(names: Sequence[Name]) -> list[Name]:
    """Each identifier once; of two spellings the first."""
    return list({one.fingerprint: one for one in reversed(names)}.values())[::-1]


def _said_now(tx: Tx, group: Group, values: Mapping[str, Value], by: str) -> Claims:
    # A publisher's clock may be some minutes ahead; who changes a value by hand has seen it and means to replace it.
    held = {name: [one.claims[name].at for one in group.members if name in one.claims] for name in values}
    return {name: Claim(value, max([tx.now, *held[name]]), by) for name, value in values.items()}


def _refuse_taken(names: Sequence[Name], owners: Mapping[str, identifiers.Owner], customer_id: UUID | None) -> None:
    for index, name in enumerate(names):
        owner = owners.get(name.fingerprint)
        if name.exclusive and owner is not None and owner.customer_id not in (None, customer_id):
            assert owner.customer_id is not None
            raise IdentifierTaken(owner.customer_id, f"/identifiers/{index}")


def _derived(settings: Settings, names: Sequence[Name], owners: Mapping[str, identifiers.Owner]) -> UUID:
    for kind in PRECEDENCE:
        for name in names:
            if name.kind == kind:
                held = owners.get(name.fingerprint)
                offered = PublishedIdentifier(kind=name.kind, value=name.value, source=name.source)
                return customer_id_of(settings.key, offered, held.generation if held else 0)
    return new_id()
