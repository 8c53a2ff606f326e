"""Tell a service that keeps copies of what is owned here all of it again, on a topic of its own.

A restater gives a page of facts to its transaction and says where the next one begins. Rows go through the outbox like
others, a page at a time, so that what is live waits for no more than some pages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from shared.clock import MACHINE
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.errors import Conflict

# Settings and the cursor of the page before (None: the first); returns the next cursor, None after the last page.
Restater = Callable[[Tx, Any, Any], Awaitable[Any]]

# So many rows of the outbox may wait before the next page.
MOST_WAITING = 2_000
# The relay moves nothing for so long: no worker of the service runs.
STILL_S = 30.0
_LOOK_S = 0.2
_WAITING = """
    select count(*) from (select from outbox where not published limit :most) w
"""
_LEFT = "select count(*) from outbox where not published and topic = :topic"


class NothingRelays(Conflict):
    """What was restated stays in the outbox: no worker of the service runs, or it cannot reach the broker."""

    slug, title = "nothing-relays", "The outbox does not empty"


def restate_topic(service: str) -> str:
    """Where a service hears again what others own."""
    return f"{service}-restate"


async def restate(database: Database, settings: Any, restaters: Sequence[Restater], consumer: str) -> int:
    """Everything is on the topic, as it was at some moment since the call; returns how many pages that were.

    Raises NothingRelays.
    """
    topic, pages = restate_topic(consumer), 0
    for restater in restaters:
        cursor: Any = None
        while True:
            async with database.transaction() as tx:
                await tx.restate_to(topic)
                cursor = await restater(tx, settings, cursor)
            pages += 1
            await _wait(database, _WAITING, {"most": MOST_WAITING + 1}, MOST_WAITING)
            if cursor is None:
                break
    await _wait(database, _LEFT, {"topic": topic}, 0)
    return pages


async def _wait(database: Database, count: str, params: dict[str, Any], most: int) -> None:
    before, moved_at = -1, MACHINE.monotonic()
    while True:
        async with database.transaction() as tx:
            waiting = int(await tx.value(count, params))
        if waiting <= most:
            return
        if waiting != before:
            before, moved_at = waiting, MACHINE.monotonic()
        if MACHINE.monotonic() - moved_at > STILL_S:
            raise NothingRelays(
                f"{waiting} rows of the outbox of {database.source} wait, and none was sent for {STILL_S:.0f} s.",
                cure="Start a worker of that service.",
            )  # fmt: skip
        await MACHINE.sleep(_LOOK_S)
