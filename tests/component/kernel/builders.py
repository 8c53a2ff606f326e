"""Events of the test's service, how they are emitted and handled, and what came of them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.envelope import Envelope, Fact
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.subscription import Record, Subscription
from shared.ids import new_id


class Counted(Fact):
    """A number was counted."""

    TYPE: ClassVar[str] = "tests.counted.v1"
    TOPIC: ClassVar[str] = "tests-events"

    number: int


async def on_counted(tx: Tx, event: Envelope[Counted]) -> None:
    if event.data.number < 0:
        raise ValueError("a negative number cannot be counted")
    await tx.execute(
        "insert into effects (subject, number) values (:subject, :number)",
        {"subject": event.subject, "number": event.data.number},
    )


SUBSCRIPTION = Subscription("tests", ["tests-events"], {Counted: on_counted})


async def effects(database: Database) -> list[tuple[UUID, int]]:
    async with database.transaction() as tx:
        return [(r["subject"], r["number"]) for r in await tx.rows("select subject, number from effects order by n")]


async def outbox(database: Database) -> list[Any]:
    async with database.transaction() as tx:
        return list(await tx.rows("select * from outbox order by id"))


async def records_of(database: Database) -> list[Record]:
    return [
        Record("tests-events", 0, n, str(row["key"]).encode(), row["value"], [("type", row["type"].encode())])
        for n, row in enumerate(await outbox(database))
    ]


async def emit(database: Database, *numbers: int, subject: UUID | None = None) -> UUID:
    subject = subject or new_id()
    async with database.transaction() as tx:
        for number in numbers:
            tx.publish(Counted(number=number), subject=subject)
    return subject
