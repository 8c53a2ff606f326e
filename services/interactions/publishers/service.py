"""Count what becomes of publishers' events, write it down every few seconds, and show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.interactions.publishers import repository
from services.interactions.publishers.domain import (
    Activity,
    Cell,
    PublisherTotals,
    Tally,
    example_of,
    kind_of,
)
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.errors import BadRequest, Invalid, TooLarge

# One for each process, as its metrics are. A crash loses what was counted in the last seconds.
TALLY = Tally()
_WALL = SystemClock()
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_KEPT = _DAY + _HOUR
_FORGOTTEN = 10_000
_LARGEST_SHOWN = 100_000


def note_accepted(publisher: str, door: str, number: int) -> None:
    """The broker has so many more of this publisher's events."""
    TALLY.add(Cell(publisher, door, "accepted"), number)


def note_refused(
    publisher: str, door: str, faults: Iterable[Mapping[str, str]], message: Any, declared: Collection[str] = ()
) -> None:
    """An event was refused for `faults`; the first of them is what it is counted by.

    `message` is what was sent, read or as bytes; own events of `declared` types are counted by their names.
    """
    fault = next(iter(faults), {})
    read = _read(message)
    kind = kind_of(read, declared)
    reason = fault.get("reason", "refused")
    TALLY.add(Cell(publisher, door, "refused", kind, reason), 1)
    if TALLY.wants_example(publisher, kind, reason):
        TALLY.show(example_of(publisher, door, kind, fault, read))


@contextmanager
def noting_unreadable(publisher: str, door: str) -> Iterator[None]:
    """Whole bodies that are refused inside, before any event in them is looked at, are counted as one."""
    try:
        yield
    except (BadRequest, Invalid, TooLarge) as refusal:
        where = refusal.errors[0]["where"] if refusal.errors else ""
        fault = {"reason": refusal.slug, "where": where, "what": refusal.title, "cure": refusal.cure or ""}
        note_refused(publisher, door, [fault], None)
        raise


def note_recorded(came: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> None:
    """Of the events that came, as (publisher, kind), these were new, and the others are duplicates."""
    recorded, all_of_them = Counter(new), Counter(came)
    for (publisher, kind), number in all_of_them.items():
        first = recorded[publisher, kind]
        TALLY.add(Cell(publisher, "", "recorded", kind), first)
        TALLY.add(Cell(publisher, "", "duplicate", kind), number - first)


async def write_counts(database: Database) -> None:
    """What was counted in this process is in the database; without the database it stays in memory, and in bounds."""
    if not TALLY.cells:
        return
    cells, examples = TALLY.take()
    now = _WALL.now()
    try:
        async with database.transaction() as tx:
            await repository.add_counts(tx, now.replace(second=0, microsecond=0), cells)
            if examples:
                await repository.add_examples(tx, now, examples)
    except BaseException:
        TALLY.put_back(cells, examples)
        raise


async def activity_of(tx: Tx, publisher: str) -> Activity:
    """What became of the publisher's events of the last hour and the last 24, and examples of what was refused. Of
    somebody who sent nothing it is empty."""
    hour, day = _since()
    return Activity(
        publisher,
        _WALL.now(),
        await repository.counts_of(tx, publisher, hour, day),
        await repository.minutes_of(tx, publisher, hour),
        await repository.examples_of(tx, publisher, day),
    )


async def list_publishers(tx: Tx) -> list[PublisherTotals]:
    """Everybody who sent anything within the last 24 hours, by name."""
    return await repository.totals(tx, *_since())


async def forget_old_counts(tx: Tx, _settings: Any) -> bool:
    """What is older than a day and an hour is gone. False: nothing of it is left."""
    return await repository.forget_before(tx, _WALL.now() - _KEPT, _FORGOTTEN) == _FORGOTTEN


def _since() -> tuple[datetime, datetime]:
    now = _WALL.now()
    return now - _HOUR, now - _DAY


def _read(message: Any) -> Any:
    """What was sent, as far as it can be read; of something very large nobody looks for its values in a text."""
    if not isinstance(message, bytes):
        return message
    try:
        return orjson.loads(message) if len(message) <= _LARGEST_SHOWN else None
    except orjson.JSONDecodeError:
        return None
