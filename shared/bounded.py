"""Wait for something for a bounded time, without losing that oneself is to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

_T = TypeVar("_T")
# What was cancelled is given so long to end, in seconds: a client that will not end holds nobody up for longer.
_ENDING_S = 1.0


async def within(seconds: float, awaitable: Awaitable[_T]) -> _T:
    """What it returns. Raises TimeoutError after so many seconds, and cancels it then.

    For asyncio.wait_for, which in Python 3.11 forgets a cancellation that comes in the moment in which what it waits
    for is done (CPython #86296): a worker's part then goes on instead of ending. And for asyncio.timeout, where what is
    waited for may catch a cancellation itself, as Kafka clients do.
    """
    task = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            return task.result()
    finally:
        task.cancel()
    await asyncio.wait({task}, timeout=_ENDING_S)
    raise TimeoutError(f"no answer within {seconds:g} s")
