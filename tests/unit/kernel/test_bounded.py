"""Waiting for a bounded time."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from shared.bounded import within


async def test_what_is_done_in_time_is_returned_and_what_fails_is_raised() -> None:
    """Catches an answer, or the reason for there being none, that is lost on its way."""

    async def fail() -> None:
        raise ValueError("no")

    assert await within(1, asyncio.sleep(0, "answer")) == "answer"
    with pytest.raises(ValueError, match="no"):
        await within(1, fail())


async def test_what_takes_too_long_is_cancelled_and_told_of() -> None:
    """Catches a client that goes on in the background after nobody waits for it any more."""
    ended = asyncio.Event()

    async def for_ever() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        await within(0.01, for_ever())
    assert ended.is_set()


async def test_a_stop_that_comes_together_with_the_answer_is_not_lost() -> None:
    """Catches asyncio.wait_for of Python 3.11: a consumer that was told to stop while it committed ran for ever."""
    answered = asyncio.get_running_loop().create_future()
    went_on = False

    async def part() -> None:
        nonlocal went_on
        await within(5, answered)
        went_on = True

    running = asyncio.create_task(part())
    await asyncio.sleep(0.01)
    answered.set_result(None)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert running.cancelled()
    assert not went_on


async def test_a_client_that_catches_its_own_cancellation_does_not_catch_ours() -> None:
    """Catches asyncio.timeout around a client that ignores a cancellation: the stop of whoever waits would be lost."""

    async def stubborn() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

    running = asyncio.create_task(within(5, stubborn()))
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
