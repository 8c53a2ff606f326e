"""The firm's own attributes: defined before they are collected; what came unasked finds its place when they are."""

from __future__ import annotations

from dataclasses import replace

from services.customers.config import Settings
from services.customers.domain.attributes import NAME, Definition, Definitions
from services.customers.domain.claims import STATUS
from services.customers.domain.customer import Group, Record
from services.customers.domain.traits import classify, fold
from services.customers.errors import AttributeExists, InvalidDefinition, NoSuchAttribute
from services.customers.repository import definitions as store
from services.customers.repository import records
from services.customers.service.profiles import Writing, write
from shared.contracts.envelope import Origin
from shared.database.transaction import Tx
from shared.ids import new_id

# One transaction of a refresh: locks few customers for a short time.
REFRESH_BATCH = 200
_RESERVED = frozenset({STATUS, "kind", "reachable", "email", "phone"})


async def list_attributes(tx: Tx) -> Definitions:
    """Every definition, by name."""
    return await store.definitions(tx)


async def find_attribute(tx: Tx, name: str) -> Definition:
    """One definition. Raises NoSuchAttribute."""
    found = (await store.definitions(tx)).get(name)
    if found is None:
        raise NoSuchAttribute(f"No attribute {name!r} is defined.", cure="Look at GET /attributes.", where="path:name")
    return found


async def define_attribute(tx: Tx, definition: Definition, *, by: str) -> Definition:
    """The attribute may be set and, if segmentable, travels; values that came before count from now on.

    Raises AttributeExists, InvalidDefinition.
    """
    if definition.name in _RESERVED or not NAME.match(definition.name):
        raise InvalidDefinition(
            "The name is reserved or not of the form of one.",
            cure="Use lower case letters, digits and _.",
            where="/name",
        )
    if definition.name in await store.definitions(tx):
        raise AttributeExists(f"{definition.name!r} is defined already.", cure="Change it with PATCH.", where="/name")
    return await _put(tx, definition, by)


async def change_attribute(tx: Tx, name: str, changes: dict[str, object], *, by: str) -> Definition:
    """The definition is as changed; its name and type never change. Raises NoSuchAttribute, InvalidDefinition."""
    held = await find_attribute(tx, name)
    if held.built_in:
        raise InvalidDefinition(f"{name!r} is built in.", cure="Define an attribute of your own.", where="path:name")
    changed = replace(held, **changes)  # type: ignore[arg-type]
    return held if changed == held else await _put(tx, changed, by)


async def refresh_customers(tx: Tx, settings: Settings) -> bool:
    """Tell about the next customers whose attribute got another definition. False when there is nothing to do."""
    refresh = await store.next_refresh(tx)
    if refresh is None:
        return False
    known = await store.definitions(tx)
    ids = await store.customers_having(tx, refresh, REFRESH_BATCH)
    groups = await records.lock_groups(tx, ids)
    await write(
        tx,
        settings,
        [
            Writing(group, _refitted(group, refresh.name, known), announce=(refresh.name,), origin=Origin.BACKFILL)
            for customer_id, group in groups.items()
            if group.root.customer_id == customer_id
        ],
        known,
    )
    done = tx.now if len(ids) < REFRESH_BATCH else None
    await store.move_refresh(tx, refresh, ids[-1] if ids else refresh.position, done)
    return True


async def _put(tx: Tx, definition: Definition, by: str) -> Definition:
    if definition.type == "choice" and not definition.allowed:
        raise InvalidDefinition("A choice needs its allowed values.", cure="Send them.", where="/allowed")
    if definition.allowed and definition.type not in ("choice", "texts"):
        raise InvalidDefinition(
            f"A {definition.type} takes no allowed values.", cure="Use type choice or texts.", where="/allowed"
        )
    await store.put_definition(tx, definition, tx.now, by)
    await store.ask_refresh(tx, new_id(), definition.name, tx.now)
    return definition


def _refitted(group: Group, name: str, known: Definitions) -> Group:
    for record in group.members:
        group = group.with_member(_refit(record, name, known))
    return group


def _refit(record: Record, name: str, known: Definitions) -> Record:
    """Its claims to `name`, sorted anew into those that fit and those that do not."""
    values = {key: claim for key, claim in record.claims.items() if key != name}
    unfit = {key: claim for key, claim in record.unfit.items() if key != name}
    for held in (record.claims.get(name), record.unfit.get(name)):
        if held is not None:
            claim, fits = classify(name, held, known)
            if fits:
                values = dict(fold(values, {name: claim}))
            else:
                unfit = dict(fold(unfit, {name: claim}))
    return replace(record, claims=values, unfit=unfit)
