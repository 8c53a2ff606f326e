"""Fits and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.database.transaction import Tx

STORES = ("scores",)
"""The tables that hold a customer's data here."""

_REQUEST = text("""
    insert into score_fits (fit_id, model, state, options, requested_at, requested_by)
    values (:id, :model, 'waiting', cast(:options as jsonb), :now, :by)
""")
_WAITING = text("select * from score_fits where state = 'waiting' order by requested_at, fit_id limit 1")
_FINISH = text("""
    update score_fits set state = :state, as_of = :as_of, finished_at = :now, customers = :customers,
        parameters = cast(:parameters as jsonb), quality = cast(:quality as jsonb), reason = :reason, detail = :detail
    where fit_id = :id
""")
_FITS = text("""
    select * from score_fits where cast(:after as uuid) is null or fit_id < :after order by fit_id desc limit :limit
""")
_GET = text("select * from score_fits where fit_id = :id")
_LAST = text("select max(requested_at) from score_fits where model = any(cast(:models as text[]))")
# Who has gone meanwhile, by an erasure or a merge, is not scored again.
_LIVING = """
    not exists (select from tombstones t where t.customer_id = n.customer_id)
    and not exists (select from merges m where m.absorbed = n.customer_id and not m.undone)
"""


def _put(columns: Mapping[str, str]) -> Any:
    arrays = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in columns.items())
    own = [name for name in columns if name != "customer_id"]
    return text(f"""
        insert into scores as s ({", ".join(columns)})
        select n.* from unnest({arrays}) as n ({", ".join(columns)}) where {_LIVING} order by n.customer_id
        on conflict (customer_id) do update set {", ".join(f"{name} = excluded.{name}" for name in own)}
    """)


RFM = {
    "customer_id": "uuid", "as_of": "timestamptz", "last_purchase": "timestamptz", "orders": "int", "money": "bigint",
    "r": "smallint", "f": "smallint", "m": "smallint", "rfm_group": "text", "rfm_fit": "uuid",
}  # fmt: skip
VALUE = {
    "customer_id": "uuid", "as_of": "timestamptz", "p_active": "float8", "purchases_expected": "float8",
    "clv": "bigint", "crosses_at": "timestamptz", "value_fit": "uuid",
}  # fmt: skip
_PUT = {"rfm": _put(RFM), "value": _put(VALUE)}
_FORGET = {
    "rfm": text("""
        update scores set last_purchase = null, orders = null, money = null, r = null, f = null, m = null,
            rfm_group = null, rfm_fit = null where rfm_fit <> :fit
    """),
    "value": text("""
        update scores set p_active = null, purchases_expected = null, clv = null, crosses_at = null, value_fit = null
        where value_fit <> :fit
    """),
}
_EMPTY = text("delete from scores where rfm_fit is null and value_fit is null")
_REMOVE = text("delete from scores where customer_id = any(cast(:ids as uuid[]))")
_GRID = text("""
    select r, f, rfm_group, count(*) as customers, coalesce(sum(money), 0) as money, coalesce(sum(clv), 0) as clv,
        count(clv) as valued
    from scores where r is not null group by 1, 2, 3 order by r desc, f desc, rfm_group
""")
_OF_CUSTOMER = text("select * from scores where customer_id = :id")


async def request(tx: Tx, id: UUID, model: str, options: Mapping[str, Any], by: str) -> None:
    """A fit that waits for the job."""
    values = {"id": id, "model": model, "options": orjson.dumps(options).decode(), "now": tx.now, "by": by}
    await tx.execute(_REQUEST, values)


async def waiting(tx: Tx) -> Any:
    """The fit that has waited the longest, or None."""
    return await tx.row(_WAITING)


async def finish(
    tx: Tx, id: UUID, state: str, as_of: datetime, customers: int, *, parameters: Mapping[str, Any] | None = None,
    quality: Mapping[str, Any] | None = None, reason: str | None = None, detail: str | None = None,
) -> None:  # fmt: skip
    """The fit is published, or refused for a reason."""
    await tx.execute(
        _FINISH,
        {"id": id, "state": state, "as_of": as_of, "now": tx.now, "customers": customers, "reason": reason,
         "detail": detail, "parameters": None if parameters is None else orjson.dumps(parameters).decode(),
         "quality": None if quality is None else orjson.dumps(quality).decode()},
    )  # fmt: skip


async def fits(tx: Tx, after: UUID | None, limit: int) -> Sequence[Any]:
    """Fits, the newest first."""
    return await tx.rows(_FITS, {"after": after, "limit": limit})


async def get_fit(tx: Tx, id: UUID) -> Any:
    """One fit."""
    return await tx.row(_GET, {"id": id})


async def last_requested(tx: Tx, models: Sequence[str]) -> datetime | None:
    """When a fit of one of these models was asked for the last time."""
    found: datetime | None = await tx.value(_LAST, {"models": list(models)})
    return found


async def put(tx: Tx, kind: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Scores of some customers, by column (`RFM` or `VALUE`)."""
    await tx.execute(_PUT[kind], dict(columns))


async def remove(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No scores of these customers."""
    await tx.execute(_REMOVE, {"ids": list(customer_ids)})


async def forget_others(tx: Tx, kind: str, fit: UUID) -> None:
    """Scores of earlier fits go: whoever has them is in the input no more."""
    await tx.execute(_FORGET[kind], {"fit": fit})
    await tx.execute(_EMPTY)


async def grid(tx: Tx) -> Sequence[Any]:
    """Customers, their money and their future value by recency, frequency and group."""
    return await tx.rows(_GRID)


async def of_customer(tx: Tx, id: UUID) -> Any:
    """The scores of a customer, or None."""
    return await tx.row(_OF_CUSTOMER, {"id": id})
