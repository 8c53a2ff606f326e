"""SQL of identifiers, and of the directory that gives each exclusive one its one owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.customers.identifiers.domain import Identifier, Owner
from shared.database.transaction import Tx

_COLUMNS = "customer_id, identifier_id, kind, source, value, normalised, fingerprint, verified, preferred, at, by"
_OF_CUSTOMERS = f"""
    select {_COLUMNS} from identifiers where customer_id = any(cast(:ids as uuid[]))
    order by customer_id, identifier_id
"""
_OWNERS = """
    select customer_id, fingerprint, generation, retired_at from identifier_owners
    where fingerprint = any(cast(:fingerprints as text[]))
"""
# Whoever comes first owns it; the answer says who that is. Sorted, so that two transactions lock in one order.
_CLAIM = """
    insert into identifier_owners as o (customer_id, fingerprint)
    select customer_id, fingerprint
    from unnest(cast(:customer_ids as uuid[]), cast(:fingerprints as text[])) as t(customer_id, fingerprint)
    order by fingerprint
    on conflict (fingerprint) do update set customer_id = coalesce(o.customer_id, excluded.customer_id)
    returning customer_id, fingerprint, generation, retired_at
"""
_RETIRE = """
    update identifier_owners set customer_id = null, generation = generation + 1, retired_at = :now
    where fingerprint = any(cast(:fingerprints as text[])) and customer_id = any(cast(:owners as uuid[]))
    returning customer_id, fingerprint, generation, retired_at
"""
# The owner is needed after it is gone: an event goes out under its key.
_RETIRE_ALL = """
    update identifier_owners as o set customer_id = null, generation = o.generation + 1, retired_at = :now
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
        cast(:verified as boolean[]), cast(:preferred as boolean[]), cast(:at as timestamptz[]), cast(:by as text[]))
    on conflict (customer_id, fingerprint) do nothing
"""
_MARK = """
    update identifiers as i set verified = n.verified, preferred = n.preferred
    from unnest(cast(:ids as uuid[]), cast(:customers as uuid[]), cast(:verified as boolean[]),
                cast(:preferred as boolean[])) as n(identifier_id, customer_id, verified, preferred)
    where i.customer_id = n.customer_id and i.identifier_id = n.identifier_id
"""
_REMOVE = "delete from identifiers where customer_id = :customer_id and identifier_id = :identifier_id"
# What an erasure deletes here: the addresses, and who owned what. Owned fingerprints are retired before, so that their
# keyed hashes stay with their generations.
ERASED = {
    "identifiers": "identifiers where customer_id = any(cast(:ids as uuid[]))",
    "identifier_owners": "identifier_owners where customer_id = any(cast(:ids as uuid[]))",
}


async def identifiers_of(tx: Tx, ids: Sequence[UUID]) -> list[Identifier]:
    """The identifiers stored under those customer ids, in the order of both ids."""
    return [Identifier(**row) for row in await tx.rows(_OF_CUSTOMERS, {"ids": list(ids)})]


async def owners_of(tx: Tx, fingerprints: Sequence[str]) -> dict[str, Owner]:
    """The directory's entries for those fingerprints."""
    rows = await tx.rows(_OWNERS, {"fingerprints": sorted(set(fingerprints))})
    return {row["fingerprint"]: Owner(**row) for row in rows}


async def claim_identifiers(tx: Tx, claims: Mapping[str, UUID]) -> dict[str, Owner]:
    """Try to own each fingerprint for its customer; answers with whoever owns it after that."""
    if not claims:
        return {}
    wanted = sorted(claims)
    rows = await tx.rows(_CLAIM, {"fingerprints": wanted, "customer_ids": [claims[hashed] for hashed in wanted]})
    return {row["fingerprint"]: Owner(**row) for row in rows}


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


async def add_identifiers(tx: Tx, identifiers: Sequence[Identifier]) -> None:
    """Store them under their customers; what is there already stays as it is."""
    if not identifiers:
        return
    await tx.execute(
        _ADD, {name: [getattr(identifier, name) for identifier in identifiers] for name in _COLUMNS.split(", ")}
    )


async def mark_identifiers(tx: Tx, identifiers: Sequence[Identifier]) -> None:
    """Write `verified` and `preferred`."""
    if identifiers:
        await tx.execute(
            _MARK,
            {
                "ids": [identifier.identifier_id for identifier in identifiers],
                "customers": [identifier.customer_id for identifier in identifiers],
                "verified": [identifier.verified for identifier in identifiers],
                "preferred": [identifier.preferred for identifier in identifiers],
            },
        )


async def remove_identifier(tx: Tx, identifier: Identifier) -> None:
    """Forget the address itself; the directory keeps the hash and its generation."""
    await tx.execute(_REMOVE, {"customer_id": identifier.customer_id, "identifier_id": identifier.identifier_id})
