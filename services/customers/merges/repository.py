"""SQL of merges as they were made, and of candidates for more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.merges.domain import Candidate, FieldChoice, Merge
from shared.customers.stores import Store
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_COLUMNS = "customer_id, merge_id, absorbed, at, by, fields, undone_at, undone_by"
_ADD = """
    insert into merges (customer_id, merge_id, absorbed, at, by, fields)
    values (:customer_id, :merge_id, :absorbed, :at, :by, cast(:fields as jsonb))
"""
_UNDO = "update merges set undone_at = :at, undone_by = :by where customer_id = :customer_id and merge_id = :merge_id"
_PAGE = f"""
    select {_COLUMNS} from merges
    where (cast(:customer_id as uuid) is null or customer_id = :customer_id or absorbed = :customer_id)
      and (cast(:before as uuid) is null or merge_id < :before)
    order by merge_id desc limit :limit
"""

# Open ones whose two customers are still two. Erased customers have no candidates.
_CANDIDATES = """
    select l.customer_id, l.candidate_id, l.owner_id, l.kind, l.fingerprint, l.state, l.at, l.by, l.trust,
           c.current_id as current_id, o.current_id as current_owner_id
    from link_candidates l
    join customers c on c.customer_id = l.customer_id
    join customers o on o.customer_id = l.owner_id
"""
_OPEN_CANDIDATES = f"""
    {_CANDIDATES} where l.state = 'open' and c.current_id <> o.current_id
      and (cast(:after as uuid) is null or l.candidate_id > :after)
    order by l.candidate_id limit :limit
"""
_ADD_CANDIDATES = """
    insert into link_candidates as l (customer_id, candidate_id, owner_id, kind, fingerprint, state, at, by, trust)
    select customer_id, candidate_id, owner_id, kind, fingerprint, 'open', at, by, trust
    from unnest(cast(:customer_id as uuid[]), cast(:candidate_id as uuid[]), cast(:owner_id as uuid[]),
                cast(:kind as text[]), cast(:fingerprint as text[]), cast(:at as timestamptz[]), cast(:by as text[]),
                cast(:trust as text[]))
         as t(customer_id, candidate_id, owner_id, kind, fingerprint, at, by, trust)
    on conflict (customer_id, fingerprint, owner_id) do update set trust = excluded.trust, by = excluded.by
    where l.state = 'open' and l.trust = 'browser' and excluded.trust = 'server'
"""
_DECIDE = """
    update link_candidates set state = :state, decided_at = :at, decided_by = :by
    where customer_id = :customer_id and candidate_id = :candidate_id
"""
# Somebody has looked at these two and said that they are not one.
_KEPT_APART = """
    select 1 where exists (
        select from link_candidates where fingerprint = :fingerprint and state = 'dismissed'
          and ((customer_id = any(cast(:first as uuid[])) and owner_id = any(cast(:second as uuid[])))
            or (customer_id = any(cast(:second as uuid[])) and owner_id = any(cast(:first as uuid[])))))
    or exists (
        select from merges where undone_at is not null
          and ((customer_id = any(cast(:first as uuid[])) and absorbed = any(cast(:second as uuid[])))
            or (customer_id = any(cast(:second as uuid[])) and absorbed = any(cast(:first as uuid[])))))
"""
_SETTLE = """
    update link_candidates set state = 'accepted', decided_at = :at, decided_by = :by
    where state = 'open' and fingerprint = :fingerprint
      and ((customer_id = any(cast(:first as uuid[])) and owner_id = any(cast(:second as uuid[])))
        or (customer_id = any(cast(:second as uuid[])) and owner_id = any(cast(:first as uuid[]))))
"""
# What an erasure deletes here.
STORES = (
    Store(
        "link_candidates",
        "link_candidates where customer_id = any(cast(:ids as uuid[])) or owner_id = any(cast(:ids as uuid[]))",
    ),
    Store("merges", "merges where customer_id = any(cast(:ids as uuid[])) or absorbed = any(cast(:ids as uuid[]))"),
)


async def add_merge(tx: Tx, merge: Merge) -> None:
    """Keep that it was made, and where each field came from."""
    await tx.execute(
        _ADD,
        {
            "customer_id": merge.survivor,
            "merge_id": merge.merge_id,
            "absorbed": merge.absorbed,
            "at": merge.at,
            "by": merge.by,
            "fields": to_jsonb(
                [
                    [field.name, field.value, str(field.source), field.survivor_value, field.absorbed_value]
                    for field in merge.fields
                ]
            ),
        },
    )


async def undo_merge(tx: Tx, merge: Merge, at: datetime, by: str) -> None:
    """Keep that it was undone."""
    await tx.execute(_UNDO, {"customer_id": merge.survivor, "merge_id": merge.merge_id, "at": at, "by": by})


async def merge_of(tx: Tx, merge_id: UUID) -> Merge | None:
    """One merge."""
    row = await tx.row(f"select {_COLUMNS} from merges where merge_id = :id", {"id": merge_id})
    return _merge(row) if row else None


async def page_of_merges(tx: Tx, customer_id: UUID | None, before: UUID | None, limit: int) -> list[Merge]:
    """The newest first; of one customer when it is named."""
    rows = await tx.rows(_PAGE, {"customer_id": customer_id, "before": before, "limit": limit})
    return [_merge(row) for row in rows]


async def add_candidates(tx: Tx, candidates: Sequence[Candidate]) -> None:
    """Keep those pairs that were not kept before; what a browser had stated is a server's word when one says it."""
    pairs: dict[tuple[UUID, str, UUID], Candidate] = {}
    for candidate in candidates:
        pair = (candidate.customer_id, candidate.fingerprint, candidate.owner_id)
        if pair not in pairs or candidate.trust == "server":
            pairs[pair] = candidate
    if not pairs:
        return
    found = list(pairs.values())
    names = ("customer_id", "candidate_id", "owner_id", "kind", "fingerprint", "at", "by", "trust")
    await tx.execute(_ADD_CANDIDATES, {name: [getattr(candidate, name) for candidate in found] for name in names})


async def kept_apart(tx: Tx, first: Sequence[UUID], second: Sequence[UUID], fingerprint: str) -> bool:
    """Whether a candidate of these two for this identifier was dismissed, or a merge of them undone."""
    params = {"first": list(first), "second": list(second), "fingerprint": fingerprint}
    return await tx.row(_KEPT_APART, params) is not None


async def settle_candidates(
    tx: Tx, first: Sequence[UUID], second: Sequence[UUID], fingerprint: str, at: datetime, by: str
) -> None:
    """Open candidates of these two for this identifier are accepted."""
    params = {"first": list(first), "second": list(second), "fingerprint": fingerprint, "at": at, "by": by}
    await tx.execute(_SETTLE, params)


async def open_candidates(tx: Tx, after: UUID | None, limit: int) -> list[Candidate]:
    """Those that still wait for a decision, the oldest first."""
    return [Candidate(**row) for row in await tx.rows(_OPEN_CANDIDATES, {"after": after, "limit": limit})]


async def candidate_of(tx: Tx, candidate_id: UUID) -> Candidate | None:
    """One candidate."""
    row = await tx.row(f"{_CANDIDATES} where l.candidate_id = :id for update of l", {"id": candidate_id})
    return Candidate(**row) if row else None


async def decide_candidate(tx: Tx, candidate: Candidate, state: str, at: datetime, by: str) -> None:
    """The candidate's state is `accepted` or `dismissed` from now on."""
    params = {"customer_id": candidate.customer_id, "candidate_id": candidate.candidate_id}
    await tx.execute(_DECIDE, {**params, "state": state, "at": at, "by": by})


def _merge(row: Any) -> Merge:
    fields = [
        FieldChoice(name, value, UUID(source), survivor, absorbed)
        for name, value, source, survivor, absorbed in row["fields"]
    ]
    return Merge(
        merge_id=row["merge_id"],
        survivor=row["customer_id"],
        absorbed=row["absorbed"],
        at=row["at"],
        by=row["by"],
        fields=fields,
        undone_at=row["undone_at"],
        undone_by=row["undone_by"],
    )
