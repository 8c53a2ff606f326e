"""Domain objects as columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping

from services.customers.domain.claims import Claim, Claims
from services.customers.domain.customer import Identifier, Record, Shown

RECORD_COLUMNS = (
    "customer_id, current_id, merged_into, merged_at, kind, source, created_at, changed_at, version, claims, unfit, "
    "status, name, profile, reachable"
)
IDENTIFIER_COLUMNS = (
    "customer_id, identifier_id, kind, source, value, normalised, fingerprint, verified, preferred, at, by"
)


def to_json(value: Any) -> str:
    """For cast(:x as jsonb): the driver takes text."""
    return orjson.dumps(value).decode()


def claims_to_json(claims: Claims) -> str:
    """As {name: [value, at, by]}."""
    return to_json({name: [one.value, one.at, one.by] for name, one in claims.items()})


def record_of(row: RowMapping) -> Record:
    """A row of `customers` (RECORD_COLUMNS)."""
    return Record(
        customer_id=row["customer_id"],
        kind=row["kind"],
        source=row["source"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        current_id=row["current_id"],
        version=row["version"],
        claims=_claims(row["claims"]),
        unfit=_claims(row["unfit"]),
        merged_into=row["merged_into"],
        merged_at=row["merged_at"],
        shown=Shown(
            status=row["status"],
            name=row["name"],
            values=row["profile"],
            reachable=tuple(row["reachable"]),
        ),
    )


def identifier_of(row: RowMapping) -> Identifier:
    """A row of `identifiers` (IDENTIFIER_COLUMNS)."""
    return Identifier(**row)


def _claims(column: Any) -> Mapping[str, Claim]:
    return {name: Claim(value, datetime.fromisoformat(at), by) for name, (value, at, by) in column.items()}
