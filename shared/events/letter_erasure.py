"""Find the dead letters that name somebody who is erased, and take out all that they hold.

Letters are found by the numbers of the names in them (`dead_letters.names`, an index). A letter without numbers (an
older one, a repaired one, a very large one) is read. What is written after an erasure about what was received before
it (a backlog) is emptied as it is written: `erased_names` keeps the numbers, and until when a record is that person's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.contracts.envelope import Envelope, Origin
from shared.customers.traces import Naming, all_numbers
from shared.database.transaction import Tx
from shared.ids import milliseconds_of

STORE = "dead_letters"
# More than so many are not indexed: 160 kB in a row, and the letter is read when somebody is erased.
MOST_NAMES = 20_000
_ALWAYS = 2**63 - 1
_FIRST = UUID(int=0)
_PORTION = 200

# Any number of writers, or one erasure: it must not miss a letter that is about to be committed.
_LOCK_SHARED = text("select pg_advisory_xact_lock_shared(hashtextextended('dead letters', 0))")
_LOCK_ALONE = text("select pg_advisory_xact_lock(hashtextextended('dead letters', 0))")
_REMEMBER = text("""
    insert into erased_names as e (name, erased_ms)
    select name, :erased_ms from unnest(cast(:names as bigint[])) as t(name) order by name
    on conflict (name) do update set erased_ms = excluded.erased_ms where e.erased_ms < excluded.erased_ms
""")
_REMEMBER_ONCE = text("""
    insert into erased_names (name, erased_ms)
    select name, :erased_ms from unnest(cast(:names as bigint[])) as t(name) order by name
    on conflict do nothing
""")
_ERASED = text("""
    select name, erased_ms from erased_names where name = any(cast(:names as bigint[]))
""")
_INDEXED = text("select id from dead_letters where names && cast(:names as bigint[])")
_UNREAD = text("""
    select id, key, value, repaired, headers, publisher, error, note, flood from dead_letters
    where names is null and id > :after order by id limit :limit
""")
_INDEX = text("update dead_letters set names = cast(:names as bigint[]) where id = :id")
# A topic made anew repeats its offsets: two empty letters may not stand at one place.
_DROP_TWINS = text("""
    delete from dead_letters d using dead_letters o
    where d.id = any(cast(:ids as uuid[])) and o.id <> d.id and d.flood is null
      and (o.consumer, o.topic, o.partition, o."offset") = (d.consumer, d.topic, d.partition, d."offset")
      and (o.value is null or (o.id = any(cast(:ids as uuid[])) and o.id < d.id))
""")
_BLANK = text("""
    update dead_letters
    set key = null, value = null, repaired = null, headers = '[]', error = 'erased', note = 'erased',
        publisher = null, names = '{}', state = 'discarded'
    where id = any(cast(:ids as uuid[])) and flood is null
""")
# It stands for many people's records, which are not in it: what it quotes goes, its stretch of the topic stays.
_BLANK_FLOODS = text("""
    update dead_letters
    set error = 'erased', note = null, publisher = null, names = '{}',
        flood = jsonb_set(flood, '{examples}', '[]')
    where id = any(cast(:ids as uuid[])) and flood is not null
""")


@dataclass(frozen=True, slots=True)
class LettersErased:
    """How many letters were emptied, and how many still name the person, looked for again."""

    erased: int
    remaining: int


async def lock_against_letter_erasures(tx: Tx) -> None:
    """No erasure looks at the letters before this transaction has ended."""
    await tx.execute(_LOCK_SHARED)


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody was erased, on the machine's clock in milliseconds. Asked `again` it stays what it was: whoever
    came back with the same address since is somebody new."""

    ms: int
    again: bool = False

    @classmethod
    def of(cls, event: Envelope[Any]) -> Self:
        """The moment at which the event that asks for it was emitted."""
        return cls(milliseconds_of(event.id) or 0, event.origin is Origin.REPAIR)


async def erase_letters(
    tx: Tx, naming: Naming, moment: Moment, ids: Collection[UUID], fingerprints: Iterable[str] = ()
) -> LettersErased:
    """No letter names these ids or identifiers any more, nor will one that is about what was received before then."""
    numbers = all_numbers(naming, fingerprints, ids)
    await tx.execute(_LOCK_ALONE)
    await tx.execute(_REMEMBER, {"names": sorted(naming.number_of_id(id) for id in ids), "erased_ms": _ALWAYS})
    remember = _REMEMBER_ONCE if moment.again else _REMEMBER
    await tx.execute(remember, {"names": sorted(numbers), "erased_ms": moment.ms})
    found = await letters_naming(tx, naming, numbers)
    await blank(tx, found)
    return LettersErased(len(found), len(await letters_naming(tx, naming, numbers)))


async def letters_naming(tx: Tx, naming: Naming, numbers: Collection[int]) -> list[UUID]:
    """The letters that hold one of these names anywhere. One that had to be read is found by the index next time."""
    wanted = frozenset(numbers)
    found = [row["id"] for row in await tx.rows(_INDEXED, {"names": sorted(wanted)})]
    after = _FIRST
    while rows := await tx.rows(_UNREAD, {"after": after, "limit": _PORTION}):
        for row in rows:
            names = naming.numbers_in(*_pieces(row))
            if not wanted.isdisjoint(names):
                found.append(row["id"])
            elif len(names) <= MOST_NAMES:
                await tx.execute(_INDEX, {"id": row["id"], "names": sorted(names)})
        after = rows[-1]["id"]
    return found


async def blank(tx: Tx, letters: Sequence[UUID]) -> None:
    """That they existed stays known, and where; nothing else."""
    if letters:
        params = {"ids": list(letters)}
        await tx.execute(_DROP_TWINS, params)
        await tx.execute(_BLANK, params)
        await tx.execute(_BLANK_FLOODS, params)


async def names_of_erased(tx: Tx, names: Collection[int], received_ms: int) -> set[int]:
    """Those of `names` that were somebody's who is erased when a record was received (the machine's milliseconds)."""
    rows = await tx.rows(_ERASED, {"names": sorted(names)})
    return {row["name"] for row in rows if row["erased_ms"] >= received_ms}


async def erased_until(tx: Tx, names: Collection[int]) -> dict[int, int]:
    """Until when (the machine's milliseconds) each of `names` was somebody's who is erased, as far as one was."""
    if not names:
        return {}
    return {row["name"]: row["erased_ms"] for row in await tx.rows(_ERASED, {"names": sorted(names)})}


def _pieces(row: Any) -> list[bytes | str | None]:
    headers = [value if value is None else bytes.fromhex(value) for _, value in row["headers"]]
    flood = None if row["flood"] is None else orjson.dumps(row["flood"])
    return [row["key"], row["value"], row["repaired"], *headers, row["publisher"], row["error"], row["note"], flood]
