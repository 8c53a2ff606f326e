"""A budget of poison for each publisher, so that a broken release of one neither stops the others nor fills the disk.

What a publisher sends beyond it, of records that cannot be handled, is not kept one by one. It is counted in one dead
letter an hour and partition, with the reason `flood`: how many, between which offsets, for which reasons, and the first
errors. The bytes stay on the topic for as long as that keeps them; replaying such a letter reads its stretch again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text

from shared.database.transaction import Tx
from shared.events.dead_letter_writer import describe, reason_of
from shared.events.subscription import Record
from shared.ids import first_id_of, new_id
from shared.observability.alarms import Alarm

FLOOD = Alarm("poison_flood", "A publisher's poison beyond its budget: counted, and not kept one by one")
REASON = "flood"
MOST_EXAMPLES = 5
_LONGEST_EXAMPLE = 300
# Under this name those are counted who come when the budget of all is spent. Whoever makes up names gets no more.
SEVERAL = "(several)"

_LATELY = text("""
    select publisher, count(*) as letters from dead_letters
    where consumer = :consumer and id > :since and flood is null group by publisher
""")
_FIND = text("""
    select id, flood from dead_letters
    where consumer = :consumer and topic = :topic and partition = :partition and publisher = :publisher
      and flood is not null and state = 'open' and id > :since
    order by id desc limit 1 for update
""")
# Without names: what it quotes is another's from here on, and an erasure reads it.
_CHANGE = text("update dead_letters set flood = cast(:flood as jsonb), error = :error, names = null where id = :id")
_ADD = text("""
    insert into dead_letters (id, consumer, topic, partition, "offset", headers, reason, error, attempts, created_at,
                              publisher, flood)
    values (:id, :consumer, :topic, :partition, :offset, '[]', :reason, :error, 0, :now, :publisher,
            cast(:flood as jsonb))
""")
# As the doors write it; a record that is broken further on still says who sent it.
_PUBLISHER = re.compile(rb'\s*\{\s*"publisher"\s*:\s*"([^"\\\x00-\x1f]{1,100})"')


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that cannot be handled, why, how often that was tried, and who published it."""

    record: Record
    error: Exception
    attempts: int
    publisher: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How many letters a minute one publisher may fill, and all of them together. Counted in the table, so that it
    holds over restarts and over all workers of a service."""

    one: int = 100
    all: int = 1_000


def publisher_in(record: Record) -> str:
    """Who published a record of an outer door, as far as that can be read."""
    found = _PUBLISHER.match(record.value or b"")
    return found.group(1).decode("utf-8", "replace") if found else "(unreadable)"


async def within_budget(tx: Tx, consumer: str, budget: Budget, poison: Sequence[Poison]) -> list[Poison]:
    """Those of `poison` that are to be kept one by one; the others are counted."""
    rows = await tx.rows(_LATELY, {"consumer": consumer, "since": first_id_of(60)})
    lately = Counter({row["publisher"]: row["letters"] for row in rows})
    altogether = lately.total()
    kept: list[Poison] = []
    beyond: dict[tuple[str, int, str], list[Poison]] = {}
    for one in poison:
        name = one.publisher or SEVERAL
        if lately[name] < budget.one and altogether < budget.all:
            lately[name] += 1
            altogether += 1
            kept.append(one)
        else:
            counted_as = name if lately[name] >= budget.one else SEVERAL
            beyond.setdefault((one.record.topic, one.record.partition, counted_as), []).append(one)
    for (topic, partition, publisher), ones in beyond.items():
        await _count(tx, consumer, topic, partition, publisher, ones)
    return kept


async def _count(tx: Tx, consumer: str, topic: str, partition: int, publisher: str, ones: Sequence[Poison]) -> None:
    place = {"consumer": consumer, "topic": topic, "partition": partition, "publisher": publisher}
    found = await tx.row(_FIND, {**place, "since": first_id_of(3600)})
    flood = _added(found["flood"] if found else None, ones)
    error = (
        f"{flood['records']} records of {publisher} that were not kept one by one, offsets {flood['first_offset']} to "
        f"{flood['last_offset']}"
    )
    values = {"flood": orjson.dumps(flood).decode(), "error": error}
    if found is not None:
        await tx.execute(_CHANGE, {"id": found["id"], **values})
    else:
        await tx.execute(
            _ADD, {"id": new_id(), **place, **values, "offset": flood["first_offset"], "reason": REASON, "now": tx.now}
        )
    tx.after_commit(lambda: FLOOD.sound(**place, records=len(ones)))


def _added(before: Any, ones: Sequence[Poison]) -> dict[str, Any]:
    offsets = [one.record.offset for one in ones]
    reasons = Counter(reason_of(one.error) for one in ones)
    examples = [describe(one.error)[:_LONGEST_EXAMPLE] for one in ones[:MOST_EXAMPLES]]
    known = before or {"records": 0, "first_offset": offsets[0], "last_offset": 0, "reasons": {}, "examples": []}
    return {
        "records": known["records"] + len(ones),
        "first_offset": min(known["first_offset"], *offsets),
        "last_offset": max(known["last_offset"], *offsets),
        "reasons": dict(Counter(known["reasons"]) + reasons),
        "examples": [*known["examples"], *examples][:MOST_EXAMPLES],
    }
