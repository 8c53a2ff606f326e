"""Records as columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from services.customers.identifiers.domain import is_import
from services.customers.profiles.domain.claims import Claim, Claims, layers, stacked
from services.customers.profiles.domain.customer import Profile, Record
from shared.database.jsonb import to_jsonb

RECORD_COLUMNS = (
    "customer_id, current_id, merged_into, merged_at, kind, source, created_at, changed_at, version, claims, unfit, "
    "hearsay, beneath, status, name, profile, reachable"
)


def claims_to_json(claims: Claims) -> str:
    """Claims as the text of {name: [value, at, by]}; of hearsay [value, at, by, false]."""
    return to_jsonb(
        {
            name: [claim.value, claim.at, claim.by] if claim.trusted else [claim.value, claim.at, claim.by, False]
            for name, claim in claims.items()
        }
    )


def beneath_to_json(record: Record) -> str:
    """What lies beneath the claims of a record, as the text of {name: [[value, at, by, trusted], …]}."""
    claims = {**record.unfit, **record.claims}
    return to_jsonb(
        {
            name: [[under.value, under.at, under.by, under.trusted] for under in layers(claim.under)]
            for name, claim in claims.items()
            if claim.under is not None
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
        claims=_claims(row["claims"], row["beneath"]),
        unfit=_claims(row["unfit"], row["beneath"]),
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


def _claims(column: Any, beneath: Any = None) -> Mapping[str, Claim]:
    claims = {name: _claim(*stated) for name, stated in column.items()}
    for name, under in (beneath or {}).items():
        # What a version before this one has written over an import's claim lies on nothing.
        if name in claims and is_import(claims[name].by):
            claims[name] = replace(claims[name], under=stacked(_claim(*stated) for stated in under))
    return claims


def _claim(value: Any, at: str, by: str, trusted: bool = True) -> Claim:
    return Claim(value, datetime.fromisoformat(at), by, trusted)
