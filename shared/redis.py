"""Pace and rate limits shared by processes, in Redis. Losing Redis slows down; it never lets anything through twice."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.observability.logging import get_logger
from shared.observability.metrics import REDIS_LOST

log = get_logger(__name__)

# A door waits no longer than this for its limit; after a failure nobody asks again for the pause.
_TIMEOUT_S = 0.25
_PAUSE_S = 1.0
# Of names (key ids, senders, addresses of strangers) that are remembered in the process; beyond it the oldest goes.
_MOST_NAMES = 10_000

# One bucket = a hash {tokens, at}. Time is the server's, so that processes agree; a step back counts as no time.
# ARGV: rate per second, burst, wanted, reserve (1: take now and answer how long to wait; 0: take only what is there),
# tokens of a new bucket. Answers microseconds to wait; with reserve 0 a positive answer means that nothing was taken.
_TAKE = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local saved = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(saved[1]) or tonumber(ARGV[5])
local at = tonumber(saved[2]) or now
if now > at then tokens = math.min(burst, tokens + (now - at) * rate) else now = at end
local wait = 0
if tokens < wanted then wait = (wanted - tokens) / rate end
if wait == 0 or ARGV[4] == '1' then tokens = tokens - wanted end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000) + 10000)
return math.ceil(wait * 1000000)
"""


def make_redis(settings: ServiceSettings) -> Redis:
    """A client that connects on first use and gives up quickly. Close it with `aclose()`."""
    return Redis.from_url(
        settings.redis_url,
        socket_timeout=_TIMEOUT_S,
        socket_connect_timeout=_TIMEOUT_S,
        client_name=settings.service or None,
    )


@dataclass(slots=True)
class _LocalBucket:
    tokens: float
    at: float = field(default_factory=MACHINE.monotonic)

    def take(self, rate: float, burst: float, wanted: float, *, reserve: bool) -> float:
        now = MACHINE.monotonic()
        self.tokens = min(burst, self.tokens + (now - self.at) * rate)
        self.at = now
        wait = max(0.0, (wanted - self.tokens) / rate)
        if wait == 0 or reserve:
            self.tokens -= wanted
        return wait


class _Buckets:
    """Buckets of one kind: in Redis while it answers, else in this process at `local_share` of the rate."""

    def __init__(self, redis: Redis, use: str, local_share: float) -> None:
        self._use = use
        self._script = redis.register_script(_TAKE)
        self._local_share = local_share
        self._local: OrderedDict[str, _LocalBucket] = OrderedDict()
        self._ask_again_at = 0.0

    async def take(self, name: str, rate: float, burst: float, wanted: float, *, reserve: bool, fresh: float) -> float:
        if MACHINE.monotonic() >= self._ask_again_at:
            try:
                args = [rate, burst, wanted, int(reserve), fresh]
                micros = int(await self._script(keys=[f"bucket:{self._use}:{name}"], args=args))
            except (RedisError, OSError, TimeoutError) as error:
                self._ask_again_at = MACHINE.monotonic() + _PAUSE_S
                log.warning("redis_lost", use=self._use, error=type(error).__name__)
            else:
                self._local.pop(name, None)
                return micros / 1_000_000
        REDIS_LOST.labels(self._use).inc()
        return self._take_here(name, rate * self._local_share, burst * self._local_share, wanted, reserve=reserve)

    def _take_here(self, name: str, rate: float, burst: float, wanted: float, *, reserve: bool) -> float:
        # A pace starts empty: what Redis had already given out is unknown.
        bucket = self._local.setdefault(name, _LocalBucket(0.0 if reserve else max(burst, wanted)))
        self._local.move_to_end(name)
        if len(self._local) > _MOST_NAMES:
            self._local.popitem(last=False)
        return bucket.take(rate, max(burst, wanted), wanted, reserve=reserve)


class RateLimit:
    """How often a caller may come. Without Redis each process lets the whole rate through: doors stay open.

    A process takes 10 ms of the rate at once and spends it by itself, so that a busy door asks Redis once for many
    requests (asking cost 100 µs of CPU each, a quarter of a small request).
    """

    def __init__(self, redis: Redis, use: str, *, rate: float, burst: float) -> None:
        self._buckets = _Buckets(redis, use, local_share=1.0)
        self._rate, self._burst = rate, burst
        self._handful = int(rate / 100)
        self._held: OrderedDict[str, int] = OrderedDict()

    async def admit(self, name: str, count: int = 1) -> float:
        """0 when `count` may pass now, else the seconds after which to come back (nothing was taken)."""
        if (held := self._held.get(name, 0)) >= count:
            self._held[name] = held - count
            return 0.0
        wait = await self._ask(name, count + self._handful)
        if wait == 0:
            self._keep(name, self._handful)
        elif self._handful:
            wait = await self._ask(name, count)
        return wait

    def _keep(self, name: str, count: int) -> None:
        if count:
            self._held[name] = self._held.get(name, 0) + count
            if len(self._held) > _MOST_NAMES:
                self._held.popitem(last=False)

    async def _ask(self, name: str, wanted: int) -> float:
        burst = max(self._burst, wanted)
        return await self._buckets.take(name, self._rate, burst, wanted, reserve=False, fresh=burst)


class Pace:
    """How fast something leaves, over all processes: `await pace.wait("smtp")` before each.

    Without Redis each process goes at `local_share` of the rate (a tenth: right for up to ten processes), from an empty
    bucket. So its loss, or a flush, slows down.
    """

    def __init__(self, redis: Redis, use: str, *, rate: float, burst: float = 1.0, local_share: float = 0.1) -> None:
        self._buckets = _Buckets(redis, use, local_share)
        self._rate, self._burst = rate, burst

    async def reserve(self, name: str, count: int = 1) -> float:
        """Take `count`; returns how many seconds to wait before using them."""
        return await self._buckets.take(name, self._rate, self._burst, count, reserve=True, fresh=0.0)

    async def wait(self, name: str, count: int = 1) -> None:
        """Return when `count` may leave."""
        await MACHINE.sleep(await self.reserve(name, count))
