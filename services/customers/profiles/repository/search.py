"""SQL of finding customers: lists by criteria, exact identifiers, beginnings of names and e-mails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.customers.profiles.domain.customer import Record
from services.customers.profiles.domain.finding import Filters, Position
from services.customers.profiles.repository.codec import RECORD_COLUMNS, record_of
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_BY_FINGERPRINT = """
    select distinct c.current_id from identifiers i join customers c using (customer_id)
    where i.fingerprint = any(cast(:fingerprints as text[])) order by 1 limit :limit
"""
_BY_EMAIL = """
    select distinct c.current_id from identifiers i join customers c using (customer_id)
    where i.kind = 'email' and i.normalised like :pattern order by 1 limit :limit
"""
_BY_NAME = f"""
    select {RECORD_COLUMNS} from customers
    where merged_into is null and lower(name) like :pattern order by lower(name), customer_id limit :limit
"""
_WITH_PHONE = """
    select c.current_id from identifiers i join customers c using (customer_id)
    where i.kind = 'phone' and i.fingerprint = any(cast(:phones as text[]))
"""
_ROOTS = f"select {RECORD_COLUMNS} from customers where customer_id = any(cast(:ids as uuid[])) order by customer_id"


async def page_of_customers(tx: Tx, filters: Filters, after: Position | None, limit: int) -> list[Record]:
    """Current customers in the order in which they became known."""
    tests = {
        "status": "status = :status",
        "kind": "kind = :kind",
        "country": "country = :country",
        "created_since": "created_at >= :created_since",
    }
    params: dict[str, Any] = {name: getattr(filters, name) for name in tests if getattr(filters, name) is not None}
    where = ["merged_into is null", *(tests[name] for name in params)]
    if filters.attributes:
        where.append("profile @> cast(:profile as jsonb)")
        params["profile"] = to_jsonb(dict(filters.attributes))
    if filters.words is not None:
        where.append("to_tsvector('simple', name) @@ to_tsquery('simple', :words)" if filters.words else "false")
        params["words"] = " & ".join(f"{word}:*" for word in filters.words)
    if filters.phones is not None:
        where.append(f"customer_id in ({_WITH_PHONE})")
        params["phones"] = list(filters.phones)
    if after is not None:
        where.append("(created_at, customer_id) > (:created_at, :customer_id)")
        params |= {"created_at": after.created_at, "customer_id": after.customer_id}
    rows = await tx.rows(
        f"select {RECORD_COLUMNS} from customers where {' and '.join(where)} "
        "order by created_at, customer_id limit :limit",
        {**params, "limit": limit},
    )
    return [record_of(row) for row in rows]


async def with_fingerprint(tx: Tx, fingerprints: Sequence[str], limit: int) -> list[Record]:
    """Current customers that have exactly this identifier, in any of its spellings (several may share a phone)."""
    params = {"fingerprints": list(fingerprints), "limit": limit}
    return await _current(tx, await tx.rows(_BY_FINGERPRINT, params))


async def with_email_like(tx: Tx, beginning: str, limit: int) -> list[Record]:
    """Current customers with an e-mail that begins so (normalised)."""
    return await _current(tx, await tx.rows(_BY_EMAIL, {"pattern": _begins(beginning), "limit": limit}))


async def with_name_like(tx: Tx, beginning: str, limit: int) -> list[Record]:
    """Current customers whose name begins so, in any case."""
    rows = await tx.rows(_BY_NAME, {"pattern": _begins(beginning.lower()), "limit": limit})
    return [record_of(row) for row in rows]


async def _current(tx: Tx, rows: Sequence[Any]) -> list[Record]:
    found = await tx.rows(_ROOTS, {"ids": [row["current_id"] for row in rows]})
    return [record_of(row) for row in found]


def _begins(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"
