"""The demonstration's course: set up, history, live; each step is skipped when an earlier run has done it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from aiokafka import AIOKafkaProducer

from deploy.demo import history, marketing
from deploy.demo.audience import Audience
from deploy.demo.audit import Check, Evidence, audit
from deploy.demo.checker import Checker, Figures
from deploy.demo.doors import Doors
from deploy.demo.drained import NotDrained, wait_until_drained
from deploy.demo.grocery import FIRST_DAY, Grocery
from deploy.demo.latency import Latency
from deploy.demo.people import People, sort_people
from deploy.demo.places import Places
from deploy.demo.progress import Progress
from deploy.demo.publisher import Publisher
from deploy.demo.schedule import Schedule
from deploy.demo.summary import Run, summary_of
from deploy.demo.timing import Timing
from deploy.demo.view import Shown, View
from deploy.demo.welcome import commands
from deploy.local.inbox import Mailbox
from shared.clock import MACHINE

_LOOK_S = 1.5
_REMEMBER_S = 1.0
_HISTORY_LIMIT_S = 240.0
_DRAIN_LIMIT_S = 60.0


@dataclass
class Loaded:
    """The grocer's data, read while the servers start."""

    grocery: Grocery
    people: People
    past: history.History | None
    past_until: datetime


def load(households: int, seed: int, until: datetime, with_history: bool) -> Loaded:
    """Read the sample and, for a first run, make the messages of its history until `until`."""
    grocery = Grocery(households or None, seed)
    people = sort_people(grocery.households(), seed)
    past = history.prepare(grocery, people, FIRST_DAY, until) if with_history else None
    return Loaded(grocery, people, past, until)


class Show:
    """One run against a running installation; use it as a context."""

    def __init__(self, places: Places, progress: Progress, loaded: Loaded, view: View) -> None:
        self._places = places
        self._progress = progress
        self._loaded = loaded
        self._view = view
        self._up_at = time.time()
        self._began = places.clock.now()
        self._stack = AsyncExitStack()
        self._doors = Doors(places)
        self._checker = Checker(places)
        self._producer: AIOKafkaProducer | None = None
        self._live_s = 0.0
        self._first_mail_at: float | None = None
        self._mails = self._mails_read = 0

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._doors)
        await self._stack.enter_async_context(self._checker)
        self._producer = self._places.producer()
        await self._producer.start()
        self._stack.push_async_callback(self._producer.stop)
        self._publisher = Publisher(
            self._places, self._doors, self._producer, self._loaded.people, self._progress, self._view.log
        )
        self._audience = Audience(self._places, self._doors, self._publisher, self._progress, self._view.note)
        remembering = asyncio.create_task(self._remember_clock())
        self._stack.callback(remembering.cancel)
        self._timing = Timing(self._places, self._checker, self._publisher.sent_at)
        return self

    async def __aexit__(self, *_: Any) -> None:
        self._progress.save()
        await self._stack.aclose()
        self._places.remember_clock(0.0)

    async def _remember_clock(self) -> None:
        while True:
            self._places.remember_clock(2 * _REMEMBER_S)
            await MACHINE.sleep(_REMEMBER_S)

    # --- before the live part

    async def set_up(self) -> None:
        """Segments, policy and campaigns, as marketing makes them, and the consents that customers gave."""
        progress, doors, people = self._progress, self._doors, self._loaded.people
        if not progress.campaigns:
            self._view.log(f"Marketing makes {len(marketing.SEGMENTS)} segments and starts the first campaigns.")
        await marketing.make_segments(doors, progress, marketing.SEGMENTS)
        await marketing.set_policy(doors)
        await marketing.start_campaigns(doors, progress, marketing.campaigns(progress.segments))
        if not progress.consents_given:
            willing = [household for household in people.known if household.number in people.willing]
            self._view.log(f"{len(willing)} of {len(people.known)} customers agreed to be written to: {_PROOF}.")
            await marketing.give_consent(doors, willing)
            progress.consents_given = True
            progress.save()

    async def publish_history(self) -> None:
        """The past up to now is recorded, nobody was mailed for it, and the last segment and campaign stand."""
        progress = self._progress
        if progress.history_until is None and self._loaded.past is not None:
            past = self._loaded.past
            self._view.log(
                f"Publishing {past.size:,} baskets of {FIRST_DAY:%B} to {self._loaded.past_until:%B %d} as history: "
                f"{len(past.records):,} to Kafka, {len(past.lines):,} as a file over HTTP."
            )
            await _whole(self._publish_history(past, self._loaded.past_until))
        if progress.live_from is None:
            await self._settle("the history is recorded and the segments stand", _HISTORY_LIMIT_S)
            await marketing.make_segments(self._doors, progress, marketing.LATE_SEGMENTS)
            await _whole(self._close_the_gap())
        if progress.history_messages is None:
            await self._settle("the last hours are recorded", _DRAIN_LIMIT_S)
            await self._look_at_history()
        await marketing.start_campaigns(self._doors, progress, marketing.late_campaigns(progress.segments))

    async def _publish_history(self, past: history.History, until: datetime) -> None:
        assert self._producer is not None
        await history.publish(past, self._places, self._doors, self._producer, self._progress.published)
        self._progress.history_until = until
        self._progress.save()

    async def _close_the_gap(self) -> None:
        """Business time went on while the history was read: what was bought meanwhile is history as well."""
        now, since = self._places.clock.now(), self._progress.history_until
        assert since is not None
        gap = await asyncio.to_thread(history.prepare, self._loaded.grocery, self._loaded.people, since, now)
        self._progress.live_from = now
        await self._publish_history(gap, now)

    async def _look_at_history(self) -> None:
        figures = await self._checker.figures()
        self._progress.history_messages = sum(figures.messages.values())
        self._progress.save()
        self._view.log(
            f"{figures.history:,} purchases of {figures.customers.total()} customers are recorded as history; "
            f"{self._progress.history_messages} messages came of it. "
            + ", ".join(f"{segment.name} {segment.members}" for segment in figures.segments)
        )

    async def _settle(self, what: str, limit_s: float) -> None:
        began = MACHINE.monotonic()
        await wait_until_drained(self._places, self._checker, limit_s, self._view.log)
        self._view.log(f"After {MACHINE.monotonic() - began:.1f} s {what}.")

    def show_commands(self) -> None:
        """Keys and commands for whoever wants to look around."""
        commands(self._places, self._progress, self._view)

    # --- live

    async def live(self, stop: asyncio.Event) -> None:
        """Publish, answer and show until `stop`; raises what any of them met."""
        assert self._progress.live_from is not None
        schedule = Schedule(
            self._loaded.grocery,
            self._progress.live_from,
            self._progress.seed,
            self._loaded.people.newcomers,
            self._progress.done,
        )
        self._view.log(f"Live from {self._places.clock.now():%d %B %H:%M} on; a second is {_hours(self._places)}.")
        await self._timing.begin()
        began = MACHINE.monotonic()
        ended = asyncio.Event()
        tasks = {
            asyncio.create_task(self._publisher.run(schedule, ended)),
            asyncio.create_task(self._audience.run(ended)),
            asyncio.create_task(self._show(ended)),
        }
        stopping = asyncio.create_task(stop.wait())
        try:
            with self._view.live():
                while not stop.is_set():
                    done, _ = await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    for task in done - {stopping}:
                        task.result()
                        tasks.discard(task)
        finally:
            ended.set()
            stopping.cancel()
            self._live_s += MACHINE.monotonic() - began
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, stop: asyncio.Event) -> None:
        sent, looked = self._publisher.sent, MACHINE.monotonic()
        while not stop.is_set():
            figures, latency = await self._checker.figures(), await self._timing.look()
            mails = self._watch_for_the_first()
            now = MACHINE.monotonic()
            rate = (self._publisher.sent - sent) / (now - looked) if now > looked else 0.0
            sent, looked = self._publisher.sent, now
            self._view.show(
                Shown(self._places.clock.now(), figures, latency, rate, mails, dict(self._progress.responses))
            )
            await MACHINE.sleep(_LOOK_S)

    def _watch_for_the_first(self) -> int:
        for offset, row in Mailbox(self._places.mails).rows(self._mails_read):
            self._mails_read = offset
            self._mails += 1
            if self._first_mail_at is None and row["at"] >= self._up_at:
                self._first_mail_at = row["at"]
                self._view.log(f"The first mail of this run went to {row['to'][0]}.")
        return self._mails

    # --- the end of a run that ends by itself

    async def finish(self) -> dict[str, Any]:
        """Let everything run dry, look at it from outside, and report."""
        self._view.log("Nothing more is published; waiting until everything is through.")
        await self._audience.finish()
        left = await self._run_dry()
        figures, latency = await self._checker.figures(), await self._timing.look()
        self._watch_for_the_first()
        evidence = Evidence(
            self._places, self._checker, self._doors, self._progress, self._loaded.people, figures, latency,
            self._live_s, self._loaded.grocery, left,
        )  # fmt: skip
        checks, reports = await audit(evidence)
        return self._summary(figures, latency, checks, reports)

    async def _run_dry(self) -> str:
        """What is under way still when the time is over; nothing, as a rule."""
        try:
            # What comes meanwhile is answered as well, and its echo waited for once more.
            for _ in range(2):
                await wait_until_drained(self._places, self._checker, _DRAIN_LIMIT_S, self._view.log)
                await self._audience.finish()
            await wait_until_drained(self._places, self._checker, _DRAIN_LIMIT_S, self._view.log)
        except NotDrained as error:
            return str(error)
        return ""

    def _summary(
        self, figures: Figures, latency: Latency, checks: list[Check], reports: dict[str, Any]
    ) -> dict[str, Any]:
        first = self._first_mail_at
        run = Run(
            business_from=f"{self._began:%Y-%m-%d %H:%M}",
            business_until=f"{self._places.clock.now():%Y-%m-%d %H:%M}",
            factor=self._places.clock.factor,
            live_s=self._live_s,
            live_published=self._publisher.sent,
            first_mail_after_s=None if first is None else first - self._up_at,
        )
        return summary_of(run, self._progress, figures, latency, checks, reports)


_PROOF = "the wording they saw, its version and the form are kept as proof"


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do it to its end, also when asked to stop meanwhile: half of it could not be counted."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _hours(places: Places) -> str:
    hours = places.clock.factor / 3600
    return "an hour" if hours == 1 else f"{hours:g} hours"
