"""Terms, stored as the JSON of the domain's class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from services.campaigns.gate.domain.terms import Terms, TermsState
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)


async def save(tx: Tx, terms_id: UUID, terms: Terms) -> None:
    """New terms, or others than before under the same id."""
    stored = _TERMS.dump_python(terms, mode="json")
    state = stored.pop("state")
    await tx.execute(
        """insert into terms (id, state, terms, changed_at) values (:id, :state, cast(:terms as jsonb), :now)
           on conflict (id) do update
           set state = excluded.state, terms = excluded.terms, changed_at = excluded.changed_at, stale = false""",
        {"id": terms_id, "state": state, "terms": to_jsonb(stored), "now": tx.now},
    )


async def find_many(tx: Tx, terms_ids: Sequence[UUID]) -> dict[UUID, Terms]:
    """Those that exist and hold, by id."""
    rows = await tx.rows(
        "select id, state, terms from terms where id = any(cast(:ids as uuid[])) and not stale",
        {"ids": list(terms_ids)},
    )
    return {
        row["id"]: replace(_TERMS.validate_json(orjson.dumps(row["terms"])), state=TermsState(row["state"]))
        for row in rows
    }


async def names_of(tx: Tx, campaign_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names in the terms of these campaigns; of several the newest."""
    rows = await tx.rows(
        """select distinct on (terms->>'campaign_id') terms->>'campaign_id' as id, terms->>'name' as name from terms
           where terms->>'campaign_id' = any(cast(:ids as text[])) order by terms->>'campaign_id', changed_at desc""",
        {"ids": sorted({str(campaign_id) for campaign_id in campaign_ids})},
    )
    return {UUID(row["id"]): row["name"] for row in rows}


async def ids_to_write(tx: Tx, owners: str) -> list[UUID]:
    """Of the rows of the table `owners`, whose terms bear their ids, those whose terms are missing or stale."""
    rows = await tx.rows(f"select o.id from {owners} o left join terms t on t.id = o.id where t.id is null or t.stale")
    return [row["id"] for row in rows]
