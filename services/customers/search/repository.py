"""SQL of the search: exact identifiers, and words that are alike (pg_trgm)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.customers.profiles.domain.customer import Record
from services.customers.profiles.repository.codec import RECORD_COLUMNS, record_of
from services.customers.search.domain import Hit, Limits
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

# As in the index (0014): what of a profile words are looked for in. The driver would take a colon for a parameter.
TEXT = """lower(coalesce(name, '') || ' ' || coalesce(profile ->> 'legal_name', '') || ' '
    || coalesce(profile ->> 'city', '') || ' ' || coalesce(profile ->> 'postal_code', ''))"""
# Letters that are swapped, missing or doubled still leave so much of a word alike.
_ALIKE = "set local pg_trgm.word_similarity_threshold = 0.45"
# So many of those whose words are alike are compared; beyond that somebody must type more.
_COMPARED = 1_000
_BY_IDENTIFIER = """
    select distinct c.current_id from identifiers i join customers c using (customer_id)
    where i.fingerprint = any(cast(:fingerprints as text[])) or i.value = any(cast(:values as text[])) limit 200
"""
_BY_EMAIL = """
    select distinct c.current_id from identifiers i join customers c using (customer_id)
    where i.kind = 'email' and i.normalised like :begin limit 200
"""
_RECORDS = f"select {RECORD_COLUMNS} from customers where customer_id = any(cast(:ids as uuid[]))"


async def with_identifier(tx: Tx, fingerprints: Sequence[str], values: Sequence[str]) -> set[UUID]:
    """Current customers that have one of these."""
    rows = await tx.rows(_BY_IDENTIFIER, {"fingerprints": list(fingerprints), "values": list(values)})
    return {row["current_id"] for row in rows}


async def with_email_like(tx: Tx, begin: str) -> set[UUID]:
    """Current customers with an e-mail that begins so (normalised)."""
    escaped = begin.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {row["current_id"] for row in await tx.rows(_BY_EMAIL, {"begin": f"{escaped}%"})}


async def alike(
    tx: Tx, words: Sequence[str], exact: Sequence[UUID], limits: Limits, after: Hit | None, limit: int
) -> list[Hit]:
    """The next customers by how well they match: those of `exact` first, then those in whom every word is found."""
    params: dict[str, Any] = {"exact": list(exact), "limit": limit, "compared": _COMPARED}
    tests = {"status": "status = :status", "kind": "kind = :kind", "country": "country = :country"}
    where = ["merged_into is null"]
    for name, test in tests.items():
        if getattr(limits, name) is not None:
            where.append(test)
            params[name] = getattr(limits, name)
    if limits.attributes:
        where.append("profile @> cast(:profile as jsonb)")
        params["profile"] = to_jsonb(dict(limits.attributes))
    found, scores = [], []
    for number, word in enumerate(words):
        params[f"word{number}"] = word
        found.append(f"cast(:word{number} as text) <% {TEXT}")
        scores.append(f"word_similarity(:word{number}, {TEXT})")
    by_words = ""
    if words:
        score = " + ".join(scores)
        by_words = f"""
            union all
            (select customer_id, cast(round(cast(0.99 * ({score}) / {len(words)} as numeric), 4) as float8) as score
             from customers where {" and ".join([*where, *found])} limit :compared)"""
    position = ""
    if after is not None:
        position = "where (score, customer_id) < (cast(:score as float8), cast(:id as uuid))"
        params |= {"score": after.score, "id": after.customer_id}
    await tx.execute(_ALIKE)
    rows = await tx.rows(
        f"""with hits as (
                select customer_id, cast(1 as float8) as score from customers
                where {" and ".join([*where, "customer_id = any(cast(:exact as uuid[]))"])} {by_words}),
            best as (select customer_id, max(score) as score from hits group by customer_id)
            select customer_id, score from best {position} order by score desc, customer_id desc limit :limit""",
        params,
    )
    return [Hit(row["customer_id"], row["score"]) for row in rows]


async def records_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Record]:
    """Their records."""
    return {row["customer_id"]: record_of(row) for row in await tx.rows(_RECORDS, {"ids": list(ids)})}
