"""Read and write the chain, and read the ledger as it is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, text

from services.privacy.seals.domain import Seal, SealKind
from shared.database.transaction import Tx

_TAKE = text("""
    delete from to_seal where place in (select place from to_seal order by place limit :limit)
    returning place, kind, version
""")
_LINES = text("select * from consents where version = any(cast(:versions as bigint[]))")
_LAST = text("select seq, kind, version, digest, link from chain order by seq desc limit 1")
_PAGE = text("select seq, kind, version, digest, link from chain where seq > :after order by seq limit :limit")
_DIGESTS = text("""
    select version, digest from chain where kind = 'line' and version = any(cast(:versions as bigint[]))
""")
_GONE = text("""
    select version from chain where kind = 'erased' and version = any(cast(:versions as bigint[]))
    union select version from to_seal where kind = 'erased' and version = any(cast(:versions as bigint[]))
""")
_APPEND = text("""
    insert into chain (seq, kind, version, digest, link, sealed_at)
    select seq, kind, version, digest, link, :now
    from unnest(cast(:seqs as bigint[]), cast(:kinds as text[]), cast(:versions as bigint[]),
                cast(:digests as bytea[]), cast(:links as bytea[])) as t(seq, kind, version, digest, link)
""")
_UNSEALED = text("""
    select c.version from consents c
    where not exists (select from chain s where s.version = c.version and s.kind = 'line')
      and not exists (select from to_seal t where t.version = c.version and t.kind = 'line')
    order by c.version limit :limit
""")
_COUNTS = text("""
    select (select count(*) from consents) as lines, (select count(*) from chain) as seals,
           (select count(*) from to_seal) as waiting, (select count(*) from chain where kind = 'erased') as erased
""")


async def take_unsealed(tx: Tx, limit: int) -> list[tuple[SealKind, int]]:
    """The next changes of the ledger that have no seal, in order; they are taken off the list."""
    rows = await tx.rows(_TAKE, {"limit": limit})
    return [(SealKind(row["kind"]), row["version"]) for row in sorted(rows, key=lambda row: int(row["place"]))]


async def lines(tx: Tx, versions: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Lines of the ledger as they stand there, by number."""
    return {row["version"]: dict(row) for row in await tx.rows(_LINES, {"versions": sorted(set(versions))})}


async def digests(tx: Tx, versions: Iterable[int]) -> dict[int, bytes]:
    """The digests under which these lines were sealed."""
    rows = await tx.rows(_DIGESTS, {"versions": sorted(set(versions))})
    return {row["version"]: bytes(row["digest"]) for row in rows}


async def gone(tx: Tx, versions: Iterable[int]) -> set[int]:
    """Those of these lines that went by an erasure, as the chain says, or will in a moment."""
    return {row["version"] for row in await tx.rows(_GONE, {"versions": sorted(set(versions))})}


async def last_seal(tx: Tx) -> Seal | None:
    """The head of the chain."""
    row = await tx.row(_LAST)
    return None if row is None else _seal(row)


async def page(tx: Tx, after: int, limit: int) -> list[Seal]:
    """The next seals."""
    return [_seal(row) for row in await tx.rows(_PAGE, {"after": after, "limit": limit})]


async def append(tx: Tx, seals: Sequence[Seal]) -> None:
    """Add to the chain. Two sealers at once cannot: both would write the same number."""
    columns = {
        "seqs": [seal.seq for seal in seals],
        "kinds": [seal.kind.value for seal in seals],
        "versions": [seal.version for seal in seals],
        "digests": [seal.digest for seal in seals],
        "links": [seal.link for seal in seals],
    }
    await tx.execute(_APPEND, {**columns, "now": tx.now})


async def unsealed(tx: Tx, limit: int) -> list[int]:
    """Lines that have no seal and wait for none."""
    return [row["version"] for row in await tx.rows(_UNSEALED, {"limit": limit})]


async def counts(tx: Tx) -> dict[str, int]:
    """How many lines, seals, changes that wait for a seal, and seals of erased lines there are."""
    row = await tx.row(_COUNTS)
    return {} if row is None else {name: int(value) for name, value in row.items()}


def _seal(row: RowMapping) -> Seal:
    return Seal(row["seq"], SealKind(row["kind"]), row["version"], bytes(row["digest"]), bytes(row["link"]))
