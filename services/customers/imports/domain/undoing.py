"""A customer as if an import had stated nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.customers.attributes.domain.definitions import Definitions
from services.customers.identifiers.domain import unstated
from services.customers.profiles.domain.claims import Claim, without
from services.customers.profiles.domain.customer import Group, Record
from services.customers.profiles.domain.fitting import classify, fold


class FirstChange(NamedTuple):
    """Who but the import changed a record first, and when: it was opened then, without the import."""

    at: datetime
    by: str


def without_import(group: Group, by: str, definitions: Definitions, first: Mapping[UUID, FirstChange]) -> Group:
    """The group with what `by`, an import, has stated taken away; what it covered holds again."""
    identifiers = [left for held in group.identifiers if (left := unstated(held, by)) is not None]
    for record in group.members:
        left_record = _without(record, by, definitions)
        if record.source == by:
            change = first.get(record.customer_id)
            left_record = replace(
                left_record,
                source=change.by if change else None,
                created_at=change.at if change else record.created_at,
            )
        group = group.with_member(left_record)
    return replace(group, identifiers=identifiers)


def knows_nothing(group: Group) -> bool:
    """Whether nobody has said anything of this customer: there is none."""
    said = any(member.claims or member.unfit or member.hearsay for member in group.members)
    return not said and not group.identifiers and len(group.members) == 1


def _without(record: Record, by: str, definitions: Definitions) -> Record:
    values: dict[str, Claim] = {}
    unfit: dict[str, Claim] = {}
    for fitting, held in ((True, record.claims), (False, record.unfit)):
        for name, claim in held.items():
            left = without(claim, by)
            if left is None:
                continue
            fits = fitting
            if left is not claim:
                # What lay beneath was never sorted by the definition that holds now.
                left, fits = classify(name, left, definitions)
            target = values if fits else unfit
            target |= fold(target, {name: left})
    return replace(record, claims=values, unfit=unfit)
