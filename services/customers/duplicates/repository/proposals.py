"""SQL of pairs that are alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from services.customers.duplicates.domain.proposals import Counts, Duplicate, Pair, Position, State, Wanted
from services.customers.duplicates.domain.scoring import FieldAgreement
from shared.customers.stores import Store
from shared.database.transaction import Tx
from shared.ids import new_id

_COLUMNS = (
    "d.duplicate_id, d.customer_id, d.other_id, d.kind, d.score, d.fields, d.automatic, d.state, d.found_at, "
    "d.decided_at, d.decided_by, d.merge_id"
)
# Somebody has said that the two are not one, of any of their ids: a proposal or a link candidate was turned down, or a
# merge was undone.
_PUT = """
    insert into duplicates as d
        (customer_id, other_id, duplicate_id, kind, score, fields, automatic, state, found_at)
    select n.customer_id, n.other_id, n.duplicate_id, n.kind, n.score, cast(n.fields as jsonb), n.automatic, 'open',
           :now
    from unnest(cast(:customer_id as uuid[]), cast(:other_id as uuid[]), cast(:duplicate_id as uuid[]),
                cast(:kind as text[]), cast(:score as float8[]), cast(:fields as text[]), cast(:automatic as boolean[]))
         as n(customer_id, other_id, duplicate_id, kind, score, fields, automatic)
    where not exists (
        select from customers a join customers b on a.current_id = n.customer_id and b.current_id = n.other_id
        where exists (select from duplicates o where o.state = 'rejected'
                      and o.customer_id = least(a.customer_id, b.customer_id)
                      and o.other_id = greatest(a.customer_id, b.customer_id))
           or exists (select from link_candidates l where l.state = 'dismissed'
                      and ((l.customer_id = a.customer_id and l.owner_id = b.customer_id)
                        or (l.customer_id = b.customer_id and l.owner_id = a.customer_id)))
           or exists (select from merges m where m.undone_at is not null
                      and ((m.customer_id = a.customer_id and m.absorbed = b.customer_id)
                        or (m.customer_id = b.customer_id and m.absorbed = a.customer_id))))
    order by n.customer_id, n.other_id
    on conflict (customer_id, other_id) do update
    set score = excluded.score, fields = excluded.fields, automatic = excluded.automatic
    where d.state = 'open'
    returning (xmax = 0) as new
"""
_WITHDRAW = """
    delete from duplicates d where d.state = 'open'
      and (d.customer_id = any(cast(:ids as uuid[])) or d.other_id = any(cast(:ids as uuid[])))
      and not exists (select from unnest(cast(:customer_id as uuid[]), cast(:other_id as uuid[])) as k(first, second)
                      where k.first = d.customer_id and k.second = d.other_id)
"""
# Both must be no aliases while they wait: who was merged meanwhile is compared again as who they are now.
_PAGE = f"""
    select {_COLUMNS} from duplicates d
    where d.state = :state and d.score >= :least and d.score <= :most
      and (cast(:kind as text) is null or d.kind = :kind)
      and (cast(:customer_id as uuid) is null or d.customer_id = :customer_id or d.other_id = :customer_id)
      and (cast(:id as uuid) is null or (d.score, d.duplicate_id) < (cast(:score as float8), cast(:id as uuid)))
      and (d.state <> 'open' or not exists (
          select from customers c where c.customer_id in (d.customer_id, d.other_id) and c.merged_into is not null))
    order by d.score desc, d.duplicate_id desc limit :limit
"""
_COUNTS = """
    select count(*) filter (where state = 'open') as open, count(*) filter (where state = 'open' and automatic) as sure,
           count(*) filter (where state = 'confirmed') as confirmed,
           count(*) filter (where state = 'rejected') as rejected,
           (select count(distinct customer_id) from duplicate_marks) as waiting
    from duplicates
"""
_SURE = f"""
    select {_COLUMNS} from duplicates d where d.state = 'open' and d.automatic
    order by d.score desc, d.duplicate_id desc limit :limit
"""
_DECIDE = """
    update duplicates set state = :state, decided_at = :at, decided_by = :by, merge_id = :merge_id
    where duplicate_id = :duplicate_id
"""
# What an erasure deletes here.
STORES = (
    Store(
        "duplicates", "duplicates where customer_id = any(cast(:ids as uuid[])) or other_id = any(cast(:ids as uuid[]))"
    ),
)


async def put_pairs(tx: Tx, pairs: Sequence[Pair]) -> int:
    """Those of whom nobody has decided are proposed, with the score of today; how many were not before."""
    if not pairs:
        return 0
    rows = await tx.rows(
        _PUT,
        {
            "now": tx.now,
            "customer_id": [pair.customer_id for pair in pairs],
            "other_id": [pair.other_id for pair in pairs],
            "duplicate_id": [new_id() for _ in pairs],
            "kind": [pair.kind for pair in pairs],
            "score": [pair.comparison.score for pair in pairs],
            "fields": [_to_json(pair.comparison.fields) for pair in pairs],
            "automatic": [pair.comparison.sure for pair in pairs],
        },
    )
    return sum(row["new"] for row in rows)


async def withdraw_others(tx: Tx, ids: Iterable[UUID], pairs: Sequence[Pair]) -> None:
    """Open proposals of these customers that are not among `pairs` are gone: they are not alike any more."""
    await tx.execute(
        _WITHDRAW,
        {
            "ids": list(ids),
            "customer_id": [pair.customer_id for pair in pairs],
            "other_id": [pair.other_id for pair in pairs],
        },
    )


async def page_of_duplicates(tx: Tx, wanted: Wanted, after: Position | None, limit: int) -> list[Duplicate]:
    """The most alike first."""
    params: dict[str, Any] = {
        "state": wanted.state,
        "kind": wanted.kind,
        "customer_id": wanted.customer_id,
        "least": wanted.least_score,
        "most": wanted.most_score,
        "score": after.score if after else None,
        "id": after.duplicate_id if after else None,
        "limit": limit,
    }
    return [_duplicate(row) for row in await tx.rows(_PAGE, params)]


async def duplicate_of(tx: Tx, duplicate_id: UUID, *, lock: bool = False) -> Duplicate | None:
    """One pair."""
    statement = f"select {_COLUMNS} from duplicates d where d.duplicate_id = :id{' for update' if lock else ''}"
    row = await tx.row(statement, {"id": duplicate_id})
    return _duplicate(row) if row else None


async def sure_ones(tx: Tx, limit: int) -> list[Duplicate]:
    """Open pairs that may be merged without anybody looking."""
    return [_duplicate(row) for row in await tx.rows(_SURE, {"limit": limit})]


async def decide(
    tx: Tx, duplicate_id: UUID, state: State, at: datetime | None, by: str | None, merge_id: UUID | None = None
) -> None:
    """The pair is `state` from here on."""
    params = {"duplicate_id": duplicate_id, "state": state, "at": at, "by": by, "merge_id": merge_id}
    await tx.execute(_DECIDE, params)


async def leave_to_people(tx: Tx, duplicate_id: UUID) -> None:
    """The pair waits for somebody to look at it."""
    await tx.execute("update duplicates set automatic = false where duplicate_id = :id", {"id": duplicate_id})


async def withdraw(tx: Tx, duplicate_id: UUID) -> None:
    """The pair is gone: the two are one, or one of them is no more."""
    await tx.execute("delete from duplicates where duplicate_id = :id", {"id": duplicate_id})


async def count_duplicates(tx: Tx) -> Counts:
    """How many pairs there are in each state."""
    row = await tx.row(_COUNTS)
    assert row is not None
    return Counts(**row)


def _to_json(fields: Sequence[FieldAgreement]) -> str:
    return orjson.dumps([[field.field, field.agreement, field.points] for field in fields]).decode()


def _duplicate(row: RowMapping) -> Duplicate:
    return Duplicate(**{**row, "fields": [FieldAgreement(*field) for field in row["fields"]]})
