"""Facts that are written outside of the database: none is missed, and a restored database goes on in the same files."""

from __future__ import annotations

from pathlib import Path

from shared.database.engine import Database
from shared.events.journal import JournalPart, read_journal
from shared.ids import new_id
from tests.component.kernel.builders import Counted


async def emit(database: Database, *numbers: int) -> None:
    """Published facts."""
    async with database.transaction() as tx:
        for number in numbers:
            tx.publish(Counted(number=number), subject=new_id(), topic="tests-events")


def told(folder: Path) -> list[int]:
    """What the files tell."""
    return [event.data.number for event in read_journal(folder, "tests", [Counted])]


async def test_every_fact_is_told_once_over_restarts_and_torn_lines(database: Database, tmp_path: Path) -> None:
    """Catches facts that are lost between two processes, written for ever, or swallowed by half a line."""
    journal = JournalPart(tmp_path / "new", "tests", [Counted], lambda event: event.data.number != 2)
    assert told(tmp_path / "new") == []
    journal.begin()
    await emit(database, 1, 2, 3)
    assert await journal.append(database) == 2
    assert await journal.append(database) == 0
    (file,) = (tmp_path / "new").glob("*.jsonl")
    assert file.stat().st_mode & 0o077 == 0
    with file.open("ab") as output:
        output.write(b'{"id": "torn')
    await emit(database, 4)
    successor = JournalPart(tmp_path / "new", "tests", [Counted], lambda event: event.data.number != 2)
    successor.begin()
    await successor.append(database)
    assert told(tmp_path / "new") == [1, 3, 4]


async def test_a_fact_whose_number_is_lower_and_whose_commit_is_later_is_told(
    database: Database, tmp_path: Path
) -> None:
    """Catches a position that runs ahead of a transaction that is still open."""
    journal = JournalPart(tmp_path, "tests", [Counted])
    journal.begin()
    async with database.transaction() as slow:
        slow.publish(Counted(number=1), subject=new_id(), topic="tests-events")
        await slow.flush()
        await emit(database, 2)
        await journal.append(database)
        assert told(tmp_path) == [2]
    await journal.append(database)
    assert told(tmp_path) == [2, 1]


async def test_a_restored_database_whose_numbers_go_back_is_told_too(database: Database, tmp_path: Path) -> None:
    """Catches a journal that waits until the numbers are as high as they were."""
    journal = JournalPart(tmp_path, "tests", [Counted])
    journal.begin()
    await emit(database, *range(30))
    await journal.append(database)
    async with database.transaction() as tx:
        await tx.execute("truncate outbox restart identity")
    await emit(database, 100)
    after_restore = JournalPart(tmp_path, "tests", [Counted])
    after_restore.begin()
    await after_restore.append(database)
    assert told(tmp_path) == [*range(30), 100]
