"""The pace of imports: rows wait while those who follow are behind, so that what happens live is not held up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf

from shared.clock import MACHINE
from shared.database.engine import Database
from shared.database.transaction import Tx

_LOOK_S = 1.0


async def run_imports(
    database: Database,
    go_on: Callable[[Tx], Awaitable[bool]],
    behind: Callable[[], Awaitable[bool]],
    *,
    longest_s: float = inf,
) -> None:
    """Everything that was started is taken, checked or taken back: `go_on` does some rows in a transaction and tells
    whether there was anything to do. Between, once a second, rows wait while somebody is `behind`, but no longer than
    `longest_s` at a time."""
    looked_at = MACHINE.monotonic()
    while True:
        async with database.transaction() as tx:
            if not await go_on(tx):
                return
        if MACHINE.monotonic() - looked_at >= _LOOK_S:
            begun = MACHINE.monotonic()
            while await behind() and MACHINE.monotonic() - begun < longest_s:
                await MACHINE.sleep(_LOOK_S)
            looked_at = MACHINE.monotonic()
