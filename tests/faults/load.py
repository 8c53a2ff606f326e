"""The load: publishers and a consent desk, seeded, bounded, each attempt written down with what came of it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.faults.history import History, Outcome
from tests.faults.merging import merge_or_undo
from tests.faults.product import Doors
from tests.faults.script import MESSAGES, Mix, Step, message_of, script, token_of

TILL = "till"
STOREFRONT = "storefront"
POST_OFFICE = "mail-provider"
PUBLISHERS = (TILL, STOREFRONT, POST_OFFICE)
_PAUSES_S = (0.5, 1.0, 2.0, 4.0)


class Load:
    """Runs a script until `stopping` is set. `begun` counts attempts."""

    def __init__(self, doors: Doors, kafka: str, history: History, seed: int, mix: Mix | None = None) -> None:
        self._doors = doors
        self._kafka = kafka
        self._history = history
        self._seed = seed
        self.mix = mix or Mix()
        self.begun = 0
        self.stopping = False
        self._producer: AIOKafkaProducer
        self._left_out: frozenset[str] = frozenset()
        self._under_way: Counter[str] = Counter()
        self._turns: dict[str, asyncio.Lock] = {}
        self._bodies: dict[str, dict[str, Any]] = {}

    async def run(self) -> None:
        """Begin attempts at the mix's pace, at most 30 at once, each customer's own one after the other."""
        self._producer = AIOKafkaProducer(bootstrap_servers=self._kafka, acks="all", request_timeout_ms=10_000)
        await self._producer.start()
        places = asyncio.Semaphore(30)
        running: set[asyncio.Task[None]] = set()
        began = time.monotonic()
        try:
            for step in itertools.islice(script(self._seed, self.mix), self.mix.most):
                await asyncio.sleep(max(0.0, began + self.begun / self.mix.per_second - time.monotonic()))
                if self.stopping:
                    break
                if step.op in self._left_out:
                    continue
                await places.acquire()
                self.begun += 1
                task = asyncio.create_task(self._in_turn(step, places))
                running.add(task)
                task.add_done_callback(running.discard)
            await asyncio.gather(*running)
        finally:
            await asyncio.wait_for(self._producer.stop(), 15)

    async def begin(self, count: int) -> None:
        """Return when `count` attempts were begun from now on, or the load is over."""
        goal = min(self.begun + count, self.mix.most)
        while self.begun < goal and not self.stopping:
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def without(self, ops: frozenset[str]) -> AsyncIterator[None]:
        """Nobody does any of these meanwhile; what was begun of them has ended."""
        self._left_out = ops
        while any(self._under_way[op] for op in ops):
            await asyncio.sleep(0.05)
        try:
            yield
        finally:
            self._left_out = frozenset()

    async def _in_turn(self, step: Step, places: asyncio.Semaphore) -> None:
        try:
            async with self._turns.setdefault(step.turn, asyncio.Lock()):
                await self.attempt(step)
        finally:
            places.release()

    async def attempt(self, step: Step) -> None:
        """One attempt, written down. What is not confirmed and not refused is tried again after a while, as a publisher
        that wants its message to arrive does."""
        if step.op in MESSAGES:
            step = replace(step, body=self._body(step))
        self._under_way[step.op] += 1
        try:
            for pause in (*_PAUSES_S, None):
                outcome, final = await self._once(step)
                if final or pause is None or (outcome != "ok" and self.stopping):
                    return
                await asyncio.sleep(pause)
        finally:
            self._under_way[step.op] -= 1

    async def _once(self, step: Step) -> tuple[Outcome, bool]:
        began = time.time()
        outcome, final = await self._by_door(step)
        more = {"other": step.other} if step.other else {"publisher": _publisher(step)}
        self._history.add(step.op, step.id, step.who, outcome, began=began, ended=time.time(), **more)
        return outcome, final

    async def _by_door(self, step: Step) -> tuple[Outcome, bool]:
        """The outcome, and whether it would be the same again."""
        try:
            if step.door == "kafka":
                return await self._by_kafka(step)
            if step.other:
                return await merge_or_undo(self._doors, step)
            return await self._by_http(step)
        except httpx.ConnectError:
            return "failed", False
        except httpx.HTTPError:
            return "unknown", False

    def _body(self, step: Step) -> dict[str, Any]:
        """The same message each time it is sent."""
        if "ago" not in step.body:
            return step.body
        at = datetime.now(UTC) - timedelta(seconds=step.body["ago"])
        return self._bodies.setdefault(step.id, message_of(step, at.isoformat()))

    async def _by_http(self, step: Step) -> tuple[Outcome, bool]:
        service, path, role = _ROUTES[step.op]
        headers = {} if step.op in MESSAGES else {"Idempotency-Key": token_of(step.id)}
        answer = await self._doors.call("POST", service, path, role, json=step.body, headers=headers)
        if answer.is_success:
            return "ok", True
        return ("failed", True) if answer.status_code < 500 else ("unknown", False)

    async def _by_kafka(self, step: Step) -> tuple[Outcome, bool]:
        record = orjson.dumps({"publisher": TILL, "message": step.body})
        topic = f"{self._doors.installation.plan.topic_prefix}interactions-inbound"
        try:
            await asyncio.wait_for(self._producer.send_and_wait(topic, record, key=step.who.encode()), 15)
        except (KafkaError, TimeoutError):
            return "unknown", False
        return "ok", True


def _publisher(step: Step) -> str:
    return TILL if step.door == "kafka" else _ROUTES[step.op][2]


_ROUTES = {
    "purchase": ("interactions", "/events", STOREFRONT),
    "return": ("interactions", "/events", STOREFRONT),
    "complain": ("interactions", "/events", POST_OFFICE),
    "grant": ("privacy", "/consents", "data-protection"),
    "withdraw": ("privacy", "/withdrawals", "data-protection"),
    "erase": ("privacy", "/erasures", "data-protection"),
}
