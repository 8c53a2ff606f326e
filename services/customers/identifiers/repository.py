"""SQL of identifiers, and of the directory that gives each exclusive one its one owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from services.customers.identifiers.domain import Claiming, Identifier, Owner, Statement
from shared.customers.stores import deleted
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_COLUMNS = (
    "customer_id, identifier_id, kind, source, value, normalised, fingerprint, verified, preferred, at, by, "
    "trust, spelling, statements"
)
_OF_CUSTOMERS = f"""
    select {_COLUMNS} from identifiers where customer_id = any(cast(:ids as uuid[]))
    order by customer_id, identifier_id
"""
_OWNED = "customer_id, fingerprint, generation, retired_at, kind, trust"
_OWNERS = f"""
    select {_OWNED} from identifier_owners
    where fingerprint = any(cast(:fingerprints as text[]))
"""
# Whoever comes first owns it; the answer says who that is. Sorted, so that two transactions lock in one order.
_CLAIM = f"""
    insert into identifier_owners as o (customer_id, fingerprint, kind, trust, generation)
    select customer_id, fingerprint, kind, trust, generation
    from unnest(cast(:customer_ids as uuid[]), cast(:fingerprints as text[]), cast(:kinds as text[]),
                cast(:trusts as text[]), cast(:generations as int[]))
         as t(customer_id, fingerprint, kind, trust, generation)
    order by fingerprint
    on conflict (fingerprint) do update
    set customer_id = coalesce(o.customer_id, excluded.customer_id),
        kind = case when o.customer_id is null then excluded.kind else o.kind end,
        trust = case when o.customer_id is null then excluded.trust else o.trust end,
        generation = case when o.customer_id is null then greatest(o.generation, excluded.generation)
                     else o.generation end
    returning {_OWNED}
"""
_RAISE_TRUST = f"""
    update identifier_owners set trust = 'server'
    where fingerprint in (select fingerprint from identifier_owners
                          where fingerprint = any(cast(:fingerprints as text[]))
                            and customer_id = any(cast(:owners as uuid[])) and trust = 'browser'
                          order by fingerprint for update)
    returning {_OWNED}
"""
_RETIRE = f"""
    update identifier_owners
    set customer_id = null, kind = null, trust = null, generation = generation + 1, retired_at = :now
    where fingerprint = any(cast(:fingerprints as text[])) and customer_id = any(cast(:owners as uuid[]))
    returning {_OWNED}
"""
# The owner is needed after it is gone: an event goes out under its key.
_RETIRE_ALL = """
    update identifier_owners as o
    set customer_id = null, kind = null, trust = null, generation = o.generation + 1, retired_at = :now
    from (select customer_id as owner, fingerprint as held from identifier_owners
          where customer_id = any(cast(:ids as uuid[])) order by fingerprint for update) as was
    where o.fingerprint = was.held
    returning was.owner, o.customer_id, o.fingerprint, o.generation, o.retired_at
"""
_ADD = f"""
    insert into identifiers ({_COLUMNS})
    select * from unnest(
        cast(:customer_id as uuid[]), cast(:identifier_id as uuid[]), cast(:kind as text[]), cast(:source as text[]),
        cast(:value as text[]), cast(:normalised as text[]), cast(:fingerprint as text[]),
        cast(:verified as boolean[]), cast(:preferred as boolean[]), cast(:at as timestamptz[]), cast(:by as text[]),
        cast(:trust as text[]), cast(:spelling as int[]), cast(:statements as jsonb[]))
    on conflict (customer_id, fingerprint) do nothing
"""
_MARK = """
    update identifiers as i set verified = n.verified, preferred = n.preferred, trust = n.trust, at = n.at, by = n.by,
        statements = n.statements
    from unnest(cast(:ids as uuid[]), cast(:customers as uuid[]), cast(:verified as boolean[]),
                cast(:preferred as boolean[]), cast(:trusts as text[]), cast(:ats as timestamptz[]),
                cast(:bys as text[]), cast(:statements as jsonb[]))
         as n(identifier_id, customer_id, verified, preferred, trust, at, by, statements)
    where i.customer_id = n.customer_id and i.identifier_id = n.identifier_id
"""
_FORMERLY_SPELT = f"""
    select {_COLUMNS} from identifiers where spelling < :spelling
    order by identifier_id limit :limit for update skip locked
"""
_FORMERLY_SPELT_AS = f"""
    select {_COLUMNS} from identifiers
    where fingerprint = any(cast(:fingerprints as text[])) and spelling < :spelling order by identifier_id for update
"""
# Of two spellings of one customer that are one now, the first stays.
_RESPELL = """
    with respelt as (
        select * from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:normalised as text[]),
                             cast(:fingerprints as text[]), cast(:spellings as int[]))
                      as n(customer_id, identifier_id, normalised, fingerprint, spelling)
    ), doubled as (
        delete from identifiers as i using respelt as n
        where i.customer_id = n.customer_id and i.identifier_id = n.identifier_id and exists (
            select from identifiers as o where o.customer_id = n.customer_id and o.fingerprint = n.fingerprint
                                           and o.identifier_id <> n.identifier_id)
    )
    update identifiers as i set normalised = n.normalised, fingerprint = n.fingerprint, spelling = n.spelling
    from respelt as n
    where i.customer_id = n.customer_id and i.identifier_id = n.identifier_id and not exists (
        select from identifiers as o where o.customer_id = n.customer_id and o.fingerprint = n.fingerprint
                                       and o.identifier_id <> n.identifier_id)
"""
_FREE = """
    update identifier_owners as o set customer_id = null, kind = null, trust = null
    from (select customer_id as owner, fingerprint as held from identifier_owners
          where fingerprint = any(cast(:fingerprints as text[])) and customer_id = any(cast(:owners as uuid[]))
          order by fingerprint for update) as was
    where o.fingerprint = was.held
    returning was.owner, o.fingerprint, o.generation
"""
_LOWER_TRUST = f"""
    update identifier_owners set trust = 'browser'
    where fingerprint = any(cast(:fingerprints as text[])) and customer_id = any(cast(:owners as uuid[]))
    returning {_OWNED}
"""
_MOVE_OWNER = f"""
    insert into identifier_owners as o (fingerprint, customer_id, generation, kind, trust)
    values (:fingerprint, :customer_id, :generation, :kind, :trust)
    on conflict (fingerprint) do update
    set customer_id = excluded.customer_id, kind = excluded.kind, trust = excluded.trust
    returning {_OWNED}
"""
_DELETE = """
    delete from identifiers as i using unnest(cast(:customers as uuid[]), cast(:ids as uuid[])) as n(customer, id)
    where i.customer_id = n.customer and i.identifier_id = n.id
"""
_FORGET_OWNER = "delete from identifier_owners where fingerprint = :fingerprint"
# What an erasure deletes here: the addresses, and who owned what. Owned fingerprints are retired before, so that their
# keyed hashes stay with their generations.
STORES = deleted("identifiers", "identifier_owners")


async def identifiers_of(tx: Tx, ids: Sequence[UUID]) -> list[Identifier]:
    """The identifiers stored under those customer ids, in the order of both ids."""
    return [_identifier(row) for row in await tx.rows(_OF_CUSTOMERS, {"ids": list(ids)})]


async def owners_of(tx: Tx, fingerprints: Sequence[str]) -> dict[str, Owner]:
    """The directory's entries for those fingerprints."""
    rows = await tx.rows(_OWNERS, {"fingerprints": sorted(set(fingerprints))})
    return {row["fingerprint"]: Owner(**row) for row in rows}


async def claim_identifiers(tx: Tx, claims: Mapping[str, Claiming]) -> dict[str, Owner]:
    """Try to own each fingerprint for its customer; answers with whoever owns it after that."""
    if not claims:
        return {}
    wanted = sorted(claims)
    params = {
        "fingerprints": wanted,
        "customer_ids": [claims[hashed].customer_id for hashed in wanted],
        "kinds": [claims[hashed].kind for hashed in wanted],
        "trusts": [claims[hashed].trust for hashed in wanted],
        "generations": [claims[hashed].generation for hashed in wanted],
    }
    return {row["fingerprint"]: Owner(**row) for row in await tx.rows(_CLAIM, params)}


async def raise_trust(tx: Tx, fingerprints: Sequence[str], owners: Sequence[UUID]) -> list[Owner]:
    """Those of `owners` are trusted to own those fingerprints; answers with what was hearsay before."""
    params = {"fingerprints": sorted(set(fingerprints)), "owners": sorted(set(owners))}
    return [Owner(**row) for row in await tx.rows(_RAISE_TRUST, params)]


async def retire_identifiers(tx: Tx, fingerprints: Sequence[str], owners: Sequence[UUID], now: datetime) -> list[Owner]:
    """Take those fingerprints from `owners`: from the returned generation on they derive somebody new."""
    params = {"fingerprints": sorted(fingerprints), "owners": list(owners), "now": now}
    return [Owner(**row) for row in await tx.rows(_RETIRE, params)]


async def retire_all(tx: Tx, ids: Sequence[UUID], now: datetime) -> list[tuple[Owner, UUID]]:
    """Take every fingerprint from these customers; each with who owned it."""
    rows = await tx.rows(_RETIRE_ALL, {"ids": list(ids), "now": now})
    return [
        (Owner(row["customer_id"], row["fingerprint"], row["generation"], row["retired_at"]), row["owner"])
        for row in rows
    ]


async def free_identifiers(tx: Tx, fingerprints: Sequence[str], owners: Sequence[UUID]) -> list[tuple[UUID, str, int]]:
    """(owner until now, fingerprint, generation) of those that are nobody's from here on; the generation stays."""
    rows = await tx.rows(_FREE, {"fingerprints": sorted(set(fingerprints)), "owners": sorted(set(owners))})
    return [(row["owner"], row["fingerprint"], row["generation"]) for row in rows]


async def lower_trust(tx: Tx, fingerprints: Sequence[str], owners: Sequence[UUID]) -> list[Owner]:
    """Those of `owners` have these identifiers by hearsay only; answers with how they stand now."""
    params = {"fingerprints": sorted(set(fingerprints)), "owners": sorted(set(owners))}
    return [Owner(**row) for row in await tx.rows(_LOWER_TRUST, params)]


async def delete_identifiers(tx: Tx, identifiers: Sequence[Identifier]) -> None:
    """Forget the addresses themselves; the directory keeps each hash and its generation."""
    if identifiers:
        await tx.execute(_DELETE, {"ids": [one.identifier_id for one in identifiers],
                                   "customers": [one.customer_id for one in identifiers]})  # fmt: skip


async def add_identifiers(tx: Tx, identifiers: Sequence[Identifier]) -> None:
    """Store them under their customers; what is there already stays as it is."""
    if not identifiers:
        return
    names = [name for name in _COLUMNS.split(", ") if name != "statements"]
    params: dict[str, object] = {name: [getattr(identifier, name) for identifier in identifiers] for name in names}
    await tx.execute(_ADD, {**params, "statements": [_statements(identifier) for identifier in identifiers]})


async def copy_identifiers(tx: Tx, identifiers: Sequence[Identifier]) -> None:
    """Those of customers who had none, by COPY."""
    if identifiers:
        names = [name for name in _COLUMNS.split(", ") if name != "statements"]
        rows = [(*(getattr(identifier, name) for name in names), _statements(identifier)) for identifier in identifiers]
        await tx.copy("identifiers", (*names, "statements"), rows)


async def mark_identifiers(tx: Tx, identifiers: Sequence[Identifier]) -> None:
    """Write `verified`, `preferred`, `trust` and who stated them."""
    if identifiers:
        await tx.execute(
            _MARK,
            {
                "ids": [identifier.identifier_id for identifier in identifiers],
                "customers": [identifier.customer_id for identifier in identifiers],
                "verified": [identifier.verified for identifier in identifiers],
                "preferred": [identifier.preferred for identifier in identifiers],
                "trusts": [identifier.trust for identifier in identifiers],
                "ats": [identifier.at for identifier in identifiers],
                "bys": [identifier.by for identifier in identifiers],
                "statements": [_statements(identifier) for identifier in identifiers],
            },
        )


async def formerly_spelt(tx: Tx, spelling: int, limit: int) -> list[Identifier]:
    """Some that were written by the rules of a spelling before this one, locked; not those that others work on."""
    return [_identifier(row) for row in await tx.rows(_FORMERLY_SPELT, {"spelling": spelling, "limit": limit})]


async def formerly_spelt_as(tx: Tx, fingerprints: Sequence[str], spelling: int) -> list[Identifier]:
    """Those of a spelling before this one that are known by these fingerprints, locked."""
    params = {"fingerprints": sorted(set(fingerprints)), "spelling": spelling}
    return [_identifier(row) for row in await tx.rows(_FORMERLY_SPELT_AS, params)]


async def respell_identifiers(tx: Tx, identifiers: Sequence[Identifier]) -> None:
    """Write how they are spelt now. One that its customer has in that spelling already is gone."""
    if not identifiers:
        return
    await tx.execute(
        _RESPELL,
        {
            "customers": [identifier.customer_id for identifier in identifiers],
            "ids": [identifier.identifier_id for identifier in identifiers],
            "normalised": [identifier.normalised for identifier in identifiers],
            "fingerprints": [identifier.fingerprint for identifier in identifiers],
            "spellings": [identifier.spelling for identifier in identifiers],
        },
    )


async def move_owner(tx: Tx, owner: Owner, fingerprint: str) -> Owner:
    """The same customer owns that fingerprint, at its generation (or at the one that it has reached already)."""
    params = {
        "fingerprint": fingerprint,
        "customer_id": owner.customer_id,
        "generation": owner.generation,
        "kind": owner.kind,
        "trust": owner.trust,
    }
    row = await tx.row(_MOVE_OWNER, params)
    assert row is not None
    return Owner(**row)


async def forget_owner(tx: Tx, fingerprint: str) -> None:
    """No entry has this fingerprint: nobody can be called so any more."""
    await tx.execute(_FORGET_OWNER, {"fingerprint": fingerprint})


def _identifier(row: RowMapping) -> Identifier:
    statements = tuple(Statement(datetime.fromisoformat(at), by, trust) for at, by, trust in row["statements"])
    return Identifier(**{**row, "statements": statements})


def _statements(identifier: Identifier) -> str:
    return to_jsonb([[one.at, one.by, one.trust] for one in identifier.statements])
