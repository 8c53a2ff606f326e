"""Pace and limits over Redis: shared by processes; its loss slows down and never doubles."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from shared.clock import MACHINE
from shared.redis import Pace, RateLimit, make_redis
from tests.component.kernel.conftest import Settings


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    opened = make_redis(settings)
    yield opened
    await opened.aclose()


@pytest.fixture
async def lost(settings: Settings) -> AsyncIterator[Redis]:
    opened = make_redis(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    yield opened
    await opened.aclose()


@pytest.fixture
def use() -> str:
    return f"test-{secrets.token_hex(4)}"


async def test_two_processes_share_one_pace(redis: Redis, use: str) -> None:
    """At 10 a second the 20th message waits two seconds, however many processes there are."""
    one, two = Pace(redis, use, rate=10), Pace(redis, use, rate=10)
    waits = [await (one if n % 2 else two).reserve("smtp") for n in range(20)]
    assert waits == sorted(waits)
    assert 1.5 < waits[-1] <= 2.0


async def test_a_flushed_bucket_starts_empty_so_a_flush_never_doubles(redis: Redis, use: str) -> None:
    pace = Pace(redis, use, rate=1, burst=50)
    before = await pace.reserve("smtp")
    assert await redis.delete(f"bucket:{use}:smtp") == 1
    assert before > 0.9
    assert await pace.reserve("smtp") > 0.9


async def test_without_redis_the_pace_is_a_tenth(lost: Redis, use: str) -> None:
    pace = Pace(lost, use, rate=10)
    waits = [await pace.reserve("smtp") for _ in range(5)]
    assert 4.5 < waits[-1] <= 5.0


async def test_a_limit_is_shared_and_says_when_to_come_back(redis: Redis, use: str) -> None:
    one, two = RateLimit(redis, use, rate=0.5, burst=2), RateLimit(redis, use, rate=0.5, burst=2)
    assert [await one.admit("a"), await two.admit("a")] == [0, 0]
    wait = await one.admit("a")
    assert 1.5 < wait <= 2
    assert await two.admit("a") <= wait, "asking in vain takes nothing"
    assert await one.admit("b") == 0


async def test_a_busy_door_lets_through_what_its_rate_allows_and_not_much_more(redis: Redis, use: str) -> None:
    """Two processes that take handfuls: what they hold back or share wrongly would show in the sum."""
    doors = [RateLimit(redis, use, rate=1000, burst=100) for _ in range(2)]
    began = MACHINE.monotonic()
    admitted = sum([await doors[n % 2].admit("a") == 0 for n in range(1000)])
    took = MACHINE.monotonic() - began
    assert 100 <= admitted <= 100 + 1000 * took + 1


async def test_without_redis_a_limit_still_holds_in_each_process(lost: Redis, use: str) -> None:
    limit = RateLimit(lost, use, rate=0.5, burst=2)
    assert [await limit.admit("a"), await limit.admit("a")] == [0, 0]
    assert await limit.admit("a") > 1


async def test_a_bucket_does_not_outlive_its_use(redis: Redis, use: str) -> None:
    await RateLimit(redis, use, rate=10, burst=10).admit("a")
    left: Any = await redis.pttl(f"bucket:{use}:a")
    assert 0 < left <= 11_000
