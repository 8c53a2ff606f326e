"""Who owns which identifier: the copy of what customers says that other services resolve names by.

`customers` is the owner of this fact. A copy knows keyed hashes only. A row stays after a retirement, without its owner
and with the generation from which the identifier is somebody new's: an older word that comes late changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, text

from shared.contracts.customers import IdentifierFreed, IdentifierOwned, IdentifierRetired
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import Identifier
from shared.customers.generations import newest_generations
from shared.customers.identifiers import customer_id_of
from shared.database.transaction import Tx
from shared.security.api_keys import Trust

_DDL = """
create table identifier_owners (
    fingerprint text primary key,
    kind text,
    customer_id uuid,
    generation int not null,
    trust text check (trust in ('server', 'browser')),
    check ((customer_id is null) = (kind is null) and (customer_id is null) = (trust is null))
);
create index identifier_owners_customer on identifier_owners (customer_id) where customer_id is not null
"""
# Of two words of one generation the later counts, but a trusted one is not taken back by one that comes again.
_OWNED = text("""
    insert into identifier_owners as o (fingerprint, kind, customer_id, generation, trust)
    select * from unnest(cast(:fingerprints as text[]), cast(:kinds as text[]), cast(:owners as uuid[]),
                         cast(:generations as int[]), cast(:trusts as text[])) order by 1
    on conflict (fingerprint) do update
    set kind = excluded.kind, customer_id = excluded.customer_id, generation = excluded.generation,
        trust = case when o.customer_id = excluded.customer_id and o.generation = excluded.generation
                          and o.trust = 'server'
                     then 'server' else excluded.trust end
    where o.generation <= excluded.generation
""")
_RETIRED = text("""
    insert into identifier_owners as o (fingerprint, generation)
    select * from unnest(cast(:fingerprints as text[]), cast(:generations as int[])) order by 1
    on conflict (fingerprint) do update
    set kind = null, customer_id = null, trust = null, generation = excluded.generation
    where o.generation < excluded.generation
""")
# Only where the subject has it still: another customer's word may have come before, on another partition.
_FREED = text("""
    update identifier_owners as o set kind = null, customer_id = null, trust = null
    from unnest(cast(:fingerprints as text[]), cast(:owners as uuid[]), cast(:generations as int[]))
         as n(fingerprint, owner, generation)
    where o.fingerprint = n.fingerprint and o.customer_id = n.owner and o.generation <= n.generation
""")
_OWNERS = text("""
    select fingerprint, kind, customer_id, generation, trust from identifier_owners
    where fingerprint = any(cast(:fingerprints as text[])) and customer_id is not null
""")
_OF_CUSTOMERS = text("""
    select fingerprint, kind, customer_id, generation, trust from identifier_owners
    where customer_id = any(cast(:ids as uuid[])) order by fingerprint
""")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an identifier is, since which generation, and who says so: a server of the firm, or a browser."""

    fingerprint: str
    kind: str
    customer_id: UUID
    generation: int
    trust: Trust


def create_identifier_owners(op: Any) -> None:
    """Make the table, in a migration."""
    for statement in _DDL.split(";"):
        op.execute(statement)


def identifier_owners_table(metadata: MetaData) -> Table:
    """The table as it is declared beside a service's other tables."""
    return Table(
        "identifier_owners",
        metadata,
        Column("fingerprint", Text, primary_key=True),
        Column("kind", Text),
        Column("customer_id", Uuid),
        Column("generation", Integer, nullable=False),
        Column("trust", Text),
    )


async def follow_owners(tx: Tx, events: Sequence[Envelope[IdentifierOwned] | Envelope[IdentifierFreed]]) -> None:
    """Each identifier has the owner that the last of these events leaves it."""
    for freed, run in groupby(events, key=lambda event: isinstance(event.data, IdentifierFreed)):
        if freed:
            await _free_owned(tx, cast(Sequence[Envelope[IdentifierFreed]], list(run)))
        else:
            await record_owned(tx, cast(Sequence[Envelope[IdentifierOwned]], list(run)))


async def record_owned(tx: Tx, events: Sequence[Envelope[IdentifierOwned]]) -> None:
    """These identifiers are their subjects', unless a later generation is known already."""
    newest: dict[str, Envelope[IdentifierOwned]] = {}
    for event in events:
        known = newest.get(event.data.fingerprint)
        if known is None or _replaces(event, known):
            newest[event.data.fingerprint] = event
    if not newest:
        return
    found = list(newest.values())
    await tx.execute(
        _OWNED,
        {
            "fingerprints": [event.data.fingerprint for event in found],
            "kinds": [event.data.kind for event in found],
            "owners": [event.subject for event in found],
            "generations": [event.data.generation for event in found],
            "trusts": [event.data.trust for event in found],
        },
    )


async def retire_owned(tx: Tx, events: Iterable[Envelope[IdentifierRetired]]) -> None:
    """These identifiers are nobody's, until customers says whose they are in the new generation."""
    generations = newest_generations(events)
    params = {"fingerprints": list(generations), "generations": list(generations.values())}
    await tx.execute(_RETIRED, params)


async def _free_owned(tx: Tx, events: Sequence[Envelope[IdentifierFreed]]) -> None:
    """These identifiers are nobody's, in the generation that they have."""
    await tx.execute(
        _FREED,
        {
            "fingerprints": [event.data.fingerprint for event in events],
            "owners": [event.subject for event in events],
            "generations": [event.data.generation for event in events],
        },
    )


async def owners_of(tx: Tx, fingerprints: Iterable[str]) -> dict[str, Owner]:
    """The owner of each of these fingerprints that has one."""
    rows = await tx.rows(_OWNERS, {"fingerprints": sorted(set(fingerprints))})
    return {row["fingerprint"]: Owner(**row) for row in rows}


async def owned_by(tx: Tx, ids: Iterable[UUID]) -> list[Owner]:
    """What these customers own."""
    return [Owner(**row) for row in await tx.rows(_OF_CUSTOMERS, {"ids": sorted(set(ids))})]


def _replaces(event: Envelope[IdentifierOwned], known: Envelope[IdentifierOwned]) -> bool:
    if event.data.generation != known.data.generation:
        return event.data.generation > known.data.generation
    return event.subject != known.subject or event.data.trust == "server"


def customer_behind(
    key: str,
    identifier: Identifier,
    fingerprints: Sequence[str],
    owners: Mapping[str, Owner],
    generations: Mapping[str, int],
) -> tuple[UUID, int]:
    """Who an identifier means, and its generation: its owner, and whom it derives when nobody owns it.

    `fingerprints` are those of `fingerprints_of`, the current one first. An owner under the former one is somebody
    else, whose address is really spelt that way.
    """
    owner = owners.get(fingerprints[0])
    if owner is not None:
        return owner.customer_id, owner.generation
    generation = max((generations.get(known_as, 0) for known_as in fingerprints), default=0)
    return customer_id_of(key, identifier, generation), generation
