"""Scores as a fit makes them, and which customers' leaves they flip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.analytics.segments.domain.language.nodes import Comparison
from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.scores import of_value
from shared.database.transaction import Tx

RFM = {
    "last_purchase": "timestamptz", "orders": "int", "money": "bigint", "r": "smallint", "f": "smallint",
    "m": "smallint", "rfm_group": "text", "spend_percentile": "float8",
}  # fmt: skip
VALUE = {"p_active": "float8", "purchases_expected": "float8", "clv": "bigint", "crosses_at": "timestamptz"}
COLUMNS: Mapping[str, Mapping[str, str]] = {"rfm": RFM, "value": VALUE}
"""What a fit of each kind scores; `<kind>_fit` has the fit's id."""

# A rank moves when it has moved by more than a point: who stands at a threshold would change sides every night.
_STEADY = 1
_EFFECTIVE = {
    "spend_percentile": f"case when abs(n.spend_percentile - s.spend_percentile) <= {_STEADY}"
    " then s.spend_percentile else n.spend_percentile end"
}
# Who has gone meanwhile, by an erasure, a merge or an objection, is not scored again.
_LIVING = """
    not exists (select from tombstones t where t.customer_id = n.customer_id)
    and not exists (select from merges m where m.absorbed = n.customer_id and not m.undone)
    and not exists (select from consents c where c.customer_id = n.customer_id and c.purpose = 'profiling'
                    and c.state = 'denied')
"""


def _scored(kind: str) -> str:
    """New scores `n` beside the present ones `s`."""
    columns = {"customer_id": "uuid", **COLUMNS[kind]}
    arrays = ", ".join(f"cast(:{name} as {of}[])" for name, of in columns.items())
    return (
        f"from unnest({arrays}) as n ({', '.join(columns)}) left join scores s on s.customer_id = n.customer_id"
        f" where {_LIVING}"
    )


def _new(name: str) -> str:
    return _EFFECTIVE.get(name, f"n.{name}")


def _put(kind: str) -> Any:
    names = [*COLUMNS[kind], "as_of", f"{kind}_fit"]
    values = [*map(_new, COLUMNS[kind]), ":as_of", "cast(:fit as uuid)"]
    return text(f"""
        insert into scores ({", ".join(["customer_id", *names])})
        select {", ".join(["n.customer_id", *values])} {_scored(kind)} order by n.customer_id
        on conflict (customer_id) do update set {", ".join(f"{name} = excluded.{name}" for name in names)}
    """)


_PUT = {kind: _put(kind) for kind in COLUMNS}
_OTHERS = {
    kind: f"""
        select s.customer_id from scores s where s.{kind}_fit <> :fit order by s.customer_id limit :most for update
    """
    for kind in COLUMNS
}
_FORGET = {
    kind: text(f"""
        update scores set {", ".join(f"{name} = null" for name in [*columns, f"{kind}_fit"])}
        where customer_id = any(cast(:ids as uuid[]))
    """)
    for kind, columns in COLUMNS.items()
}
_EMPTY = text("""
    delete from scores
    where customer_id = any(cast(:ids as uuid[])) and rfm_fit is null and value_fit is null
""")


async def flipped(tx: Tx, kind: str, columns: Mapping[str, Sequence[Any]], tests: Sequence[Comparison]) -> list[UUID]:
    """Of these customers those for whom one of the tests holds by the new scores and not by the present ones, or the
    reverse. `tests` are of scores of this kind."""
    if not tests:
        return []
    parameters = Parameters()
    pairs = [
        f"({of_value(test, parameters, _new(test.name))}) <> ({of_value(test, parameters, f's.{test.name}')})"
        for test in tests
    ]
    statement = f"select n.customer_id {_scored(kind)} and ({' or '.join(pairs)})"
    rows = await tx.rows(statement, {**columns, **parameters.values})
    return [row["customer_id"] for row in rows]


async def put(tx: Tx, kind: str, columns: Mapping[str, Sequence[Any]], fit: UUID) -> None:
    """The scores of some customers are those of a fit as of now, by column of `COLUMNS`."""
    await tx.execute(_PUT[kind], {**columns, "fit": fit, "as_of": tx.now})


async def others(tx: Tx, kind: str, fit: UUID, most: int) -> list[UUID]:
    """Customers with scores of earlier fits: they are in the input no more."""
    rows = await tx.rows(_OTHERS[kind], {"fit": fit, "most": most})
    return [row["customer_id"] for row in rows]


async def holding(tx: Tx, customer_ids: Sequence[UUID], tests: Sequence[Comparison]) -> list[UUID]:
    """Of these customers those for whom one of the tests answers another thing when they have no score."""
    if not tests or not customer_ids:
        return []
    parameters = Parameters()
    pairs = [
        f"({of_value(test, parameters, f's.{test.name}')}) <> ({of_value(test, parameters, f'nobody.{test.name}')})"
        for test in tests
    ]
    names = sorted({test.name for test in tests})
    nobody = ", ".join(f"cast(null as {(RFM | VALUE)[name]}) as {name}" for name in names)
    statement = f"""
        select s.customer_id from scores s cross join (select {nobody}) as nobody
        where s.customer_id = any(cast(:ids as uuid[])) and ({" or ".join(pairs)})
    """
    rows = await tx.rows(statement, {"ids": list(customer_ids), **parameters.values})
    return [row["customer_id"] for row in rows]


async def forget(tx: Tx, kind: str, customer_ids: Sequence[UUID]) -> None:
    """These customers have no scores of this kind."""
    ids = {"ids": list(customer_ids)}
    await tx.execute(_FORGET[kind], ids)
    await tx.execute(_EMPTY, ids)
