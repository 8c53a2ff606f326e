"""The grocer's publishers, live: the storefront over HTTP, the tills straight to Kafka."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from deploy.demo.doors import Doors, Unexpected
from deploy.demo.history import TOPIC, key_of
from deploy.demo.marketing import give_consent
from deploy.demo.messages import EMPTY, POISON, PUBLISHERS, Door, message_id, purchase, record, sign_up, web_order
from deploy.demo.people import People
from deploy.demo.places import Places
from deploy.demo.progress import Progress
from deploy.demo.schedule import Act, Schedule
from shared.clock import MACHINE
from shared.kafka.clients import wire_name

_TICK_S = 0.02
_REFUSALS = (400, 413, 422)


class Publisher:
    """Publishes what is due. `sent_at` holds the machine time just before each message left, by (publisher, id)."""

    def __init__(
        self,
        places: Places,
        doors: Doors,
        producer: AIOKafkaProducer,
        people: People,
        progress: Progress,
        log: Callable[[str], None],
    ) -> None:
        self._places = places
        self._doors = doors
        self._producer = producer
        self._topic = wire_name(places.kafka_settings, TOPIC)
        self._people = people
        self._progress = progress
        self._log = log
        self.sent_at: dict[tuple[str, str], float] = {}
        self.sent = 0

    async def run(self, schedule: Schedule, stop: asyncio.Event) -> None:
        """Publish under the business clock until `stop`, or until the year is over."""
        while not stop.is_set():
            now = self._places.clock.now()
            acts = await asyncio.to_thread(schedule.due, now)
            if acts:
                await self._publish(acts, now)
            elif schedule.is_over:
                self._log("The grocer's year is over; nothing more is published.")
                return
            await MACHINE.sleep(_TICK_S)

    async def order_on_the_web(self, order: str, number: int) -> None:
        """Somebody buys again, on the web site."""
        at = self._places.clock.now()
        await self._over_http(orjson.dumps(web_order(order, number, at)), order)
        self._progress.published.accepted["http"] += 1
        if self._progress.web_orders is not None:
            self._progress.web_orders.append((number, at))

    async def _publish(self, acts: list[Act], now: datetime) -> None:
        # A copy must not overtake what it copies; everything else may leave side by side.
        originals = [act for act in acts if act.kind != "copy"]
        copies = [act for act in acts if act.kind == "copy"]
        for wave in (originals, copies):
            await asyncio.gather(*(self._one(act, now) for act in wave))
        self._progress.done = max(act.position for act in acts)
        self._progress.save()

    async def _one(self, act: Act, now: datetime) -> None:
        raw, own_id = self._message(act, now)
        if act.kind == "sign-up" and act.household in self._people.willing:
            await give_consent(self._doors, [self._people.households[act.household]])
        refused = None
        if act.door == "http":
            refused = await self._over_http(raw, own_id)
        else:
            await self._over_kafka(raw, own_id, act.household)
        self._progress.published.count(act, EMPTY)
        self._check(act, refused)

    def _message(self, act: Act, now: datetime) -> tuple[bytes, str]:
        if act.kind == "sign-up":
            return orjson.dumps(sign_up(self._people.households[act.household], act.at)), act.key
        if act.basket is None:
            return POISON[act.poison].make(now), act.key
        return orjson.dumps(purchase(act.basket)), message_id(act.basket)

    async def _over_http(self, raw: bytes, own_id: str) -> Any:
        """None when it was accepted, else the refusal."""
        self._left("http", own_id)
        answer = await self._doors.ask(
            "POST", "interactions", "/events", "storefront", content=raw, headers={"Content-Type": "application/json"}
        )
        if answer.status_code == 202:
            return None
        if answer.status_code in _REFUSALS:
            return answer.json()
        raise Unexpected(f"POST /events answered {answer.status_code}: {answer.text[:500]}")

    async def _over_kafka(self, raw: bytes, own_id: str, household: int) -> None:
        self._left("kafka", own_id)
        sent = await self._producer.send(self._topic, record(raw), key=key_of(household))
        await sent

    def _left(self, door: Door, own_id: str) -> None:
        self.sent += 1
        self.sent_at.setdefault((PUBLISHERS[door], own_id), time.time())

    def _check(self, act: Act, refused: Any) -> None:
        """The storefront's programmers notice at once when a good event is refused, or a bad one is not."""
        if act.door != "http":
            return
        bad = act.kind == "poison" or (act.basket is not None and act.basket.total <= 0)
        if bad != (refused is not None):
            raise Unexpected(f"{act.key} should {'not ' if bad else ''}have been accepted: {refused}")
