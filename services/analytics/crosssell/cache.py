"""Pairs in Redis, so that a till waits for no database. What is not there is in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.analytics.crosssell.domain import Pair
from shared.observability.metrics import counter

# Each count has names of its own: what was written by an older one is never taken for the newest.
_KEPT_S = 2 * 86_400

ANSWERS = counter("crosssell_answers", "Look-ups of products that go with others", ["source"])


class PairCache:
    """The pairs of the newest count. A Redis that is empty or away makes look-ups slower, never wrong."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis, self._prefix = redis, prefix

    async def get(self, counted_at: datetime, products: Sequence[str]) -> dict[str, list[Pair]]:
        """The pairs of those products that are kept here."""
        try:
            values = await self._redis.mget([self._name(counted_at, product) for product in products])
        except (RedisError, OSError, TimeoutError):
            return {}
        return {
            product: [Pair(**pair) for pair in orjson.loads(value)]
            for product, value in zip(products, values, strict=True)
            if value is not None
        }

    async def put(self, counted_at: datetime, pairs: Mapping[str, Sequence[Pair]]) -> None:
        """Keep the pairs of these products; none is kept as well."""
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for product, found in pairs.items():
                    value = orjson.dumps([asdict(pair) for pair in found])
                    pipe.set(self._name(counted_at, product), value, ex=_KEPT_S)
                await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            return

    def _name(self, counted_at: datetime, product: str) -> str:
        return f"{self._prefix}crosssell:{counted_at.timestamp():.6f}:{product}"
