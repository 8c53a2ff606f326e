"""Define the firm's own attributes and change their definitions; values that came before count from then on."""

from __future__ import annotations

from dataclasses import replace

from services.customers.attributes import repository
from services.customers.attributes.domain.definitions import NAME, Definition, Definitions
from services.customers.attributes.errors import AttributeExists, InvalidDefinition, NoSuchAttribute
from shared.database.transaction import Tx
from shared.ids import new_id

_RESERVED = frozenset({"status", "kind", "reachable", "email", "phone"})


async def list_attributes(tx: Tx) -> Definitions:
    """Every definition, by name."""
    return await repository.load_definitions(tx)


async def find_attribute(tx: Tx, name: str) -> Definition:
    """One definition. Raises NoSuchAttribute."""
    found = (await repository.load_definitions(tx)).get(name)
    if found is None:
        raise NoSuchAttribute(f"No attribute {name!r} is defined.", cure="Look at GET /attributes.", where="path:name")
    return found


async def define_attribute(tx: Tx, definition: Definition, *, by: str) -> Definition:
    """The attribute may be set and, if segmentable, is published; values that came before count from now on.

    Raises AttributeExists, InvalidDefinition.
    """
    if definition.name in _RESERVED or not NAME.match(definition.name):
        raise InvalidDefinition(
            "The name is reserved or not of the form of one.",
            cure="Use lower case letters, digits and _.",
            where="/name",
        )
    if definition.name in await repository.load_definitions(tx):
        raise AttributeExists(f"{definition.name!r} is defined already.", cure="Change it with PATCH.", where="/name")
    return await _put(tx, definition, by)


async def change_attribute(tx: Tx, name: str, changes: dict[str, object], *, by: str) -> Definition:
    """The definition is as changed; its name and type never change. Raises NoSuchAttribute, InvalidDefinition."""
    held = await find_attribute(tx, name)
    if held.built_in:
        raise InvalidDefinition(f"{name!r} is built in.", cure="Define an attribute of your own.", where="path:name")
    changed = replace(held, **changes)  # type: ignore[arg-type]
    return held if changed == held else await _put(tx, changed, by)


async def _put(tx: Tx, definition: Definition, by: str) -> Definition:
    if definition.type == "choice" and not definition.allowed:
        raise InvalidDefinition("A choice needs its allowed values.", cure="Send them.", where="/allowed")
    if definition.allowed and definition.type not in ("choice", "texts"):
        raise InvalidDefinition(
            f"A {definition.type} takes no allowed values.", cure="Use type choice or texts.", where="/allowed"
        )
    await repository.put_definition(tx, definition, tx.now, by)
    await repository.ask_refresh(tx, new_id(), definition.name, tx.now)
    return definition
