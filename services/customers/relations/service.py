"""Say that two customers belong together, change that, take it back; look at it from either end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.customers.profiles.domain.customer import Group
from services.customers.profiles.repository import records
from services.customers.profiles.service.updates import current_group
from services.customers.relations import repository
from services.customers.relations.domain import KINDS, Period, Relation, RelationKind, canonical, fits
from services.customers.relations.errors import (
    InvalidPeriod,
    NoSuchRelation,
    RelatedToThemselves,
    RelationDoesNotFit,
    RelationExists,
)
from shared.database.transaction import Tx
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says of two: this one is `kind` the other."""

    kind: RelationKind
    other_id: UUID
    period: Period
    note: str | None


async def relate(tx: Tx, customer_id: UUID, said: Statement, *, by: str) -> Relation:
    """The two are related, as both of them see.

    Raises NoSuchCustomer, Erased, RelatedToThemselves, RelationDoesNotFit, InvalidPeriod, RelationExists.
    """
    # Both at once, in the order of their ids: two who say the same meet here.
    await records.lock_groups(tx, [customer_id, said.other_id])
    this = await current_group(tx, customer_id)
    other = await current_group(tx, said.other_id, where="/other_id")
    _refuse(this, other, said)
    first, kind, second = canonical(this.root.customer_id, said.kind, other.root.customer_id)
    known = await repository.same_relation(tx, first, kind, second)
    if known is None and KINDS[kind].inverse == kind:
        # Of two of one name the ids of before a merge may stand the other way round.
        known = await repository.same_relation(tx, second, kind, first)
    if known is not None:
        raise RelationExists(known.relation_id)
    relation = Relation(new_id(), first, second, kind, said.period, said.note, tx.now, by)
    await repository.add_relation(tx, relation)
    return seen_from(relation, this.root.customer_id)


async def list_relations(tx: Tx, customer_id: UUID, on: date | None, after: UUID | None, limit: int) -> list[Relation]:
    """The relations of a customer as they see them. Raises NoSuchCustomer, Erased."""
    group = await current_group(tx, customer_id)
    found = await repository.relations_of(tx, group.root.customer_id, on, after, limit)
    return [seen_from(relation, group.root.customer_id) for relation in found]


async def change_relation(tx: Tx, relation_id: UUID, period: Period, note: str | None) -> Relation:
    """Its days and its note are these from here on. Raises NoSuchRelation, InvalidPeriod."""
    changed = replace(await _relation(tx, relation_id), period=period, note=note)
    if not changed.period.is_in_order:
        raise InvalidPeriod()
    await repository.save_relation(tx, changed)
    return changed


async def find_relation(tx: Tx, relation_id: UUID) -> Relation:
    """One relation. Raises NoSuchRelation."""
    return await _relation(tx, relation_id)


async def forget_relation(tx: Tx, relation_id: UUID) -> None:
    """It was never so; what ended gets its last day instead. Raises NoSuchRelation."""
    await _relation(tx, relation_id)
    await repository.delete_relation(tx, relation_id)


def seen_from(relation: Relation, customer_id: UUID) -> Relation:
    """The relation with this customer as the one who is something to the other."""
    if relation.customer_id == customer_id:
        return relation
    inverse = KINDS[relation.kind].inverse
    return replace(relation, customer_id=relation.other_id, kind=inverse, other_id=relation.customer_id)


async def _relation(tx: Tx, relation_id: UUID) -> Relation:
    relation = await repository.relation_of(tx, relation_id)
    if relation is None:
        raise NoSuchRelation()
    return relation


def _refuse(this: Group, other: Group, said: Statement) -> None:
    if this.root.customer_id == other.root.customer_id:
        raise RelatedToThemselves(this.root.customer_id)
    if not fits(said.kind, this.root.kind, other.root.kind):
        raise RelationDoesNotFit(said.kind, this.root.kind, other.root.kind)
    if not said.period.is_in_order:
        raise InvalidPeriod()
