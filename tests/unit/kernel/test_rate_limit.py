"""A limit per address remembers as many as it must and no more: addresses are made up without end."""

from __future__ import annotations

from redis.asyncio import Redis

from shared import redis as ours
from shared.redis import RateLimit

NOWHERE = "redis://127.0.0.1:1/0"


async def test_made_up_names_fill_no_memory_and_free_nobody() -> None:
    """Catches a table that grows with each address, and one that is emptied when full: all would be free again."""
    limit = RateLimit(Redis.from_url(NOWHERE, socket_connect_timeout=0.2), "test", rate=100, burst=1)
    assert await limit.admit("flood", count=1) == 0
    for number in range(ours._MOST_NAMES + 500):
        await limit.admit(f"made-up-{number}")
        if number % 1_000 == 0:
            await limit.admit("flood")
    assert len(limit._held) <= ours._MOST_NAMES
    assert len(limit._buckets._local) <= ours._MOST_NAMES
    assert "flood" in limit._buckets._local
