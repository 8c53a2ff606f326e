"""What is published when, in the business clock: decided by the seed alone, so that a restart goes on where it was."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from deploy.demo.grocery import LAST_DAY, Basket
from deploy.demo.messages import POISON, Door, message_id, sign_up_id

# Of a hundred baskets, so many come late (and so out of order), and so many come twice.
LATE, TWICE = 4, 5
_LONGEST_DELAY = timedelta(hours=10)
_WINDOW = timedelta(days=2)
# The first broken message comes after this long, the others this far apart.
_POISON_FROM, _POISON_EVERY = timedelta(hours=4), timedelta(hours=2)

Position = tuple[datetime, str]


class Baskets(Protocol):
    """Where baskets come from."""

    def baskets(self, since: datetime, until: datetime) -> Iterator[Basket]:
        """Those with `since` <= time < `until`."""
        ...


@dataclass(frozen=True, order=True)
class Act:
    """One message to publish at `at`. `key` distinguishes it from every other act, also from its own second copy."""

    at: datetime
    key: str
    kind: Literal["basket", "copy", "poison", "sign-up"] = field(compare=False)
    door: Door = field(compare=False)
    basket: Basket | None = field(default=None, compare=False)
    poison: str = field(default="", compare=False)
    household: int = field(default=0, compare=False)

    @property
    def position(self) -> Position:
        """Where it stands in the order of acts."""
        return self.at, self.key


class Schedule:
    """The acts from `live_from` on, without those up to `done`."""

    def __init__(
        self,
        baskets: Baskets,
        live_from: datetime,
        seed: int,
        newcomers: Mapping[int, timedelta],
        done: Position | None = None,
    ) -> None:
        """`newcomers`: how long after `live_from` they sign up; before that, nobody knows them at the till."""
        self._baskets = baskets
        self._live_from = live_from
        self._seed = seed
        self._done = done
        # What was delayed began earlier than the position that was reached.
        self._loaded = live_from if done is None else max(live_from, done[0] - _LONGEST_DELAY)
        self._acts: list[Act] = []
        self._joins = {number: live_from + wait for number, wait in newcomers.items()}
        for act in (*self._poison(), *self._sign_ups()):
            self._add(act)

    @property
    def is_over(self) -> bool:
        """The year is over: nothing is left."""
        return self._loaded >= LAST_DAY and not self._acts

    def due(self, now: datetime) -> list[Act]:
        """The acts that are due and were not given yet, in order."""
        while self._loaded <= now and self._loaded < LAST_DAY:
            self._load()
        due = []
        while self._acts and self._acts[0].at <= now:
            due.append(heapq.heappop(self._acts))
        return due

    def _load(self) -> None:
        until = self._loaded + _WINDOW
        for basket in self._baskets.baskets(self._loaded, until):
            if basket.time < self._joins.get(basket.household, basket.time):
                continue
            for act in acts_of(basket, self._seed):
                self._add(act)
        self._loaded = until

    def _add(self, act: Act) -> None:
        if self._done is None or act.position > self._done:
            heapq.heappush(self._acts, act)

    def _sign_ups(self) -> Iterator[Act]:
        for number, at in self._joins.items():
            yield Act(at, sign_up_id(number), "sign-up", "http", household=number)

    def _poison(self) -> Iterator[Act]:
        at = self._live_from + _POISON_FROM
        doors: tuple[Door, ...] = ("http", "kafka")
        for name in POISON:
            for door in doors:
                yield Act(at, f"poison-{name}-{door}", "poison", door, poison=name)
            at += _POISON_EVERY


def acts_of(basket: Basket, seed: int) -> Iterator[Act]:
    """A basket's one or two acts. What costs nothing is refused, so it is sent once."""
    chance = random.Random(f"{seed}:{basket.basket}")
    door: Door = "http" if chance.random() < 0.5 else "kafka"
    delay = timedelta()
    if chance.randrange(100) < LATE:
        delay = timedelta(seconds=chance.randrange(3600, int(_LONGEST_DELAY.total_seconds())))
    at = basket.time + delay
    yield Act(at, message_id(basket), "basket", door, basket, household=basket.household)
    if chance.randrange(100) < TWICE and basket.total > 0:
        again = at + timedelta(seconds=chance.randrange(1800, 4 * 3600))
        yield Act(again, f"{message_id(basket)}/2", "copy", door, basket, household=basket.household)


@dataclass
class Published:
    """What was published so far, and what must come of it."""

    accepted: Counter[str] = field(default_factory=Counter)
    """Different messages that must be recorded, by door, the history's as `history-http` and `history-kafka`."""
    copies: int = 0
    late: int = 0
    dead: Counter[str] = field(default_factory=Counter)
    """Records over Kafka that must become dead letters, by reason."""
    refused: Counter[str] = field(default_factory=Counter)
    """Messages over HTTP that must be refused, by reason."""

    def count(self, act: Act, empty: str) -> None:
        """One act was published; `empty` is the reason for a basket that costs nothing."""
        if act.kind == "copy":
            self.copies += 1
            return
        reason = POISON[act.poison].reason if act.kind == "poison" else ""
        if act.basket is not None:
            self.late += act.at > act.basket.time
            reason = empty if act.basket.total <= 0 else ""
        if not reason:
            self.accepted[act.door] += 1
        elif act.door == "kafka":
            self.dead[reason] += 1
        else:
            self.refused[reason] += 1

    @property
    def distinct(self) -> int:
        """Different messages that must be recorded."""
        return self.accepted.total()
