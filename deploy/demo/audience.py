"""A simulated audience: it reads the inbox, opens, clicks, buys again, or unsubscribes. Its chance is seeded."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from deploy.demo.doors import Doors
from deploy.demo.places import Places
from deploy.demo.progress import Progress
from deploy.demo.publisher import Publisher
from deploy.local.inbox import Mailbox, parse
from shared.clock import MACHINE

# Of a hundred mails: so many are opened; of a hundred opened ones so many clicked, and of those so many buy.
OPEN, CLICK, BUY = 60, 50, 60
# Of a hundred mails, so many are answered by leaving.
LEAVE = 6
_TICK_S = 0.2
_PIXEL = re.compile(r'<img src="([^"]+/t/o/[^"]+)"')
_LINK = re.compile(r'href="([^"]+/t/c/[^"]+)"')
_UNSUBSCRIBE = re.compile(r"<(https?://[^>]+)>")
_NUMBER = re.compile(r"-(\d+)@")


@dataclass(frozen=True)
class Mood:
    """What somebody does with one mail."""

    opens: bool
    clicks: bool
    buys: bool
    leaves: bool


def mood_of(seed: int, address: str, number: int) -> Mood:
    """What the owner of `address` does with the `number`th mail; a click opens it, a purchase follows a click."""
    chance = random.Random(f"{seed}:{address}:{number}")
    rolls = [chance.randrange(100) for _ in range(4)]
    opens = rolls[0] < OPEN
    clicks = opens and rolls[1] < CLICK
    return Mood(opens, clicks, clicks and rolls[2] < BUY, rolls[3] < LEAVE)


class Audience:
    """Everybody who got a mail."""

    def __init__(
        self, places: Places, doors: Doors, publisher: Publisher, progress: Progress, note: Callable[[str], None]
    ) -> None:
        self._mailbox = Mailbox(places.mails)
        self._doors = doors
        self._publisher = publisher
        self._progress = progress
        self._note = note
        self._factor = places.clock.factor
        self._received: dict[str, int] = {}
        self._acting: set[asyncio.Task[None]] = set()
        self._offset = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Read and answer until `stop`; raises what an answer met."""
        while not stop.is_set():
            self._read()
            for task in [task for task in self._acting if task.done()]:
                self._acting.discard(task)
                task.result()
            await MACHINE.sleep(_TICK_S)

    async def finish(self) -> None:
        """Answer what came until now, and wait until all answers are given."""
        self._read()
        if self._acting:
            await asyncio.gather(*self._acting)

    def _read(self) -> None:
        for message in self._unread():
            address = str(message["To"])
            number = self._received.get(address, 0)
            self._received[address] = number + 1
            if self._offset <= self._progress.mails_read:
                continue  # answered in an earlier run
            self._progress.mails_read = self._offset
            self._acting.add(asyncio.create_task(self._answer(message, address, number)))

    def _unread(self) -> Iterator[EmailMessage]:
        for offset, row in self._mailbox.rows(self._offset):
            self._offset = offset
            yield parse(row)

    async def _answer(self, message: EmailMessage, address: str, number: int) -> None:
        mood = mood_of(self._progress.seed, address, number)
        page = message.get_body(("html",))
        text = "" if page is None else str(page.get_content()).replace("&amp;", "&")
        chance = random.Random(f"{self._progress.seed}:{address}:{number}:pace")
        self._note(f"{address} got “{message['Subject']}”")
        await self._wait(chance, 1, 5)
        if mood.opens and (pixel := _PIXEL.search(text)):
            await self._visit("opened", "GET", pixel[1])
            self._note(f"{address} opened it")
        await self._wait(chance, 0, 2)
        if mood.clicks and (link := _LINK.search(text)):
            await self._visit("clicked", "GET", link[1])
            self._note(f"{address} clicked the link")
        if mood.buys and (match := _NUMBER.search(address)):
            await self._wait(chance, 0, 3)
            await self._publisher.order_on_the_web(f"answer-{message['X-Ledger-Key']}", int(match[1]))
            self._progress.responses["bought again"] += 1
            self._note(f"{address} bought on the web site")
        if mood.leaves and (leave := _UNSUBSCRIBE.search(str(message["List-Unsubscribe"]))):
            # RFC 8058: what a mail program's button sends.
            await self._visit("unsubscribed", "POST", leave[1], data={"List-Unsubscribe": "One-Click"})
            self._note(f"{address} unsubscribed with one click")

    async def _visit(self, what: str, method: str, url: str, **more: Any) -> None:
        answer = await self._doors.fetch(method, url, **more)
        self._progress.responses[what if answer.status_code < 400 else f"{what}: {answer.status_code}"] += 1

    async def _wait(self, chance: random.Random, low: int, high: int) -> None:
        """Some business hours."""
        await MACHINE.sleep(chance.uniform(low, high) * 3600 / self._factor)
