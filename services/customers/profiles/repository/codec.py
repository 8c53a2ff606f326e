"""Records as columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping

from services.customers.profiles.domain.claims import Claim, Claims
from services.customers.profiles.domain.customer import Profile, Record

RECORD_COLUMNS = (
    "customer_id, current_id, merged_into, merged_at, kind, source, created_at, changed_at, version, claims, unfit, "
    "hearsay, status, name, profile, reachable"
)


def to_json(value: Any) -> str:
    """For cast(:x as jsonb): the driver takes text."""
    return orjson.dumps(value).decode()


def claims_to_json(claims: Claims) -> str:
    """Claims as the text of {name: [value, at, by]}; of hearsay [value, at, by, false]."""
    return to_json(
        {
            name: [claim.value, claim.at, claim.by] if claim.trusted else [claim.value, claim.at, claim.by, False]
            for name, claim in claims.items()
        }
    )


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
        hearsay=_claims(row["hearsay"]),
        merged_into=row["merged_into"],
        merged_at=row["merged_at"],
        profile=Profile(
            status=row["status"],
            name=row["name"],
            values=row["profile"],
            reachable=tuple(row["reachable"]),
        ),
    )


def _claims(column: Any) -> Mapping[str, Claim]:
    return {
        name: Claim(value, datetime.fromisoformat(at), by, *trusted)
        for name, (value, at, by, *trusted) in column.items()
    }
