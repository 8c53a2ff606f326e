"""The load: publishers and a consent desk, seeded, bounded, each attempt written down with what came of it."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import httpx
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.builders import a_purchase
from tests.faults.history import History, Outcome
from tests.faults.product import CHANNEL, PURPOSE, Doors

CONSENT: dict[str, Any] = {
    "purpose": PURPOSE,
    "channel": CHANNEL,
    "wording": "Yes, write to me.",
    "wording_version": "1",
}
TILL = "till"
STOREFRONT = "storefront"
_PAUSES_S = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Mix:
    """What the load is made of. Shares are probabilities; `per_second` attempts, `most` of them at the longest."""

    per_second: float = 15.0
    most: int = 2_500
    consenting: float = 0.75
    withdrawing: float = 0.2
    by_kafka: float = 0.4
    doubled: float = 0.05
    late: float = 0.05
    faulty: float = 0.03
    people_at_once: int = 25
    erasing: float = 0.0


@dataclass(frozen=True)
class Step:
    """One thing somebody does."""

    op: str
    id: str
    who: str
    body: dict[str, Any]
    door: str = "http"


def script(seed: int, mix: Mix, prefix: str = "c") -> Iterator[Step]:
    """What everybody does, in the order in which it is begun; the same for the same seed. Endless."""
    chance = random.Random(f"{seed}/{mix}")
    names = (f"{prefix}{seed}-{number:05}" for number in itertools.count())
    people = [_person(chance, next(names), mix) for _ in range(mix.people_at_once)]
    while True:
        place = chance.randrange(len(people))
        yield people[place].pop(0)
        if not people[place]:
            people[place] = _person(chance, next(names), mix)


def _person(chance: random.Random, who: str, mix: Mix) -> list[Step]:
    steps = [_purchase(chance, who, mix, number) for number in range(chance.choices((1, 2, 3), (35, 50, 15))[0])]
    if chance.random() < mix.doubled:
        again = chance.randrange(len(steps))
        steps.insert(chance.randrange(again, len(steps)) + 1, steps[again])
    if chance.random() < mix.faulty:
        empty = a_purchase(who, message_id=f"{who}-empty")
        empty["data"] = {**empty["data"], "lines": [{"product_id": "1", "quantity": 1, "amount": 0}]}
        steps.append(Step("purchase", f"{who}-empty", who, empty))
    if chance.random() < mix.consenting:
        steps.insert(0, Step("grant", f"{who}-grant", who, body_of("grant", who)))
        if chance.random() < mix.withdrawing:
            place = chance.randrange(1, len(steps) + 1)
            steps.insert(place, Step("withdraw", f"{who}-withdraw", who, body_of("withdraw", who)))
    if chance.random() < mix.erasing:
        steps.append(Step("erase", f"{who}-erase", who, body_of("erase", who)))
    return steps


def _purchase(chance: random.Random, who: str, mix: Mix, number: int) -> Step:
    door = "kafka" if chance.random() < mix.by_kafka else "http"
    late = timedelta(days=3) if chance.random() < mix.late else timedelta(minutes=chance.randrange(30))
    return Step("purchase", f"{who}-{number}", who, {"ago": late.total_seconds()}, door)


def body_of(op: str, who: str) -> dict[str, Any]:
    """The request of a `grant`, a `withdraw` or an `erase`."""
    customer: dict[str, Any] = {"external_id": {"source": "shop", "id": who}}
    if op == "grant":
        return {"customer": customer, "action": "granted", **CONSENT}
    email = f"{who}@example.test"
    if op == "withdraw":
        # Every second one withdraws by the address to which the mail goes, known to privacy as theirs or not yet.
        by_address = crc32(who.encode()) % 2 == 0
        return {"customer": {"email": email} if by_address else customer, "purpose": PURPOSE}
    customer["email"] = email
    return {"customer": customer, "requested_by": "desk-1", "identity_checked": True}


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

    async def _in_turn(self, step: Step, places: asyncio.Semaphore) -> None:
        try:
            async with self._turns.setdefault(step.who, asyncio.Lock()):
                await self.attempt(step)
        finally:
            places.release()

    async def attempt(self, step: Step) -> None:
        """One attempt, written down. What is not confirmed and not refused is tried again after a while, as a publisher
        that wants its message to arrive does."""
        if step.op == "purchase":
            step = replace(step, body=self._body(step))
        for pause in (*_PAUSES_S, None):
            outcome, final = await self._once(step)
            if final or pause is None or (outcome != "ok" and self.stopping):
                return
            await asyncio.sleep(pause)

    async def _once(self, step: Step) -> tuple[Outcome, bool]:
        began = time.time()
        outcome, final = await (self._by_kafka(step) if step.door == "kafka" else self._by_http(step))
        publisher = TILL if step.door == "kafka" else STOREFRONT
        self._history.add(step.op, step.id, step.who, outcome, publisher=publisher, began=began, ended=time.time())
        return outcome, final

    def _body(self, step: Step) -> dict[str, Any]:
        """The same message each time it is sent."""
        if "ago" not in step.body:
            return step.body
        at = datetime.now(UTC) - timedelta(seconds=step.body["ago"])
        return self._bodies.setdefault(step.id, a_purchase(step.who, message_id=step.id, time=at.isoformat()))

    async def _by_http(self, step: Step) -> tuple[Outcome, bool]:
        """The outcome, and whether it would be the same again."""
        service, path, role = _ROUTES[step.op]
        try:
            headers = {"Idempotency-Key": step.id} if step.op != "purchase" else {}
            answer = await self._doors.call("POST", service, path, role, json=step.body, headers=headers)
        except httpx.ConnectError:
            return "failed", False
        except httpx.HTTPError:
            return "unknown", False
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


_ROUTES = {
    "purchase": ("interactions", "/events", STOREFRONT),
    "grant": ("privacy", "/consents", "data-protection"),
    "withdraw": ("privacy", "/withdrawals", "data-protection"),
    "erase": ("privacy", "/erasures", "data-protection"),
}
