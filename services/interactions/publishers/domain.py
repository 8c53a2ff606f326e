"""Counts of what publishers sent, and examples of refused events in which nothing stands that somebody sent.

Counts are added up in memory by whoever handles events, a batch at a time, and written every few seconds as pieces of
a minute: at 10,000 events a second that is a handful of rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Outcome = Literal["accepted", "recorded", "duplicate", "refused"]

# Publishers on the topic name themselves: whoever makes up names gets no more than this many counts until they are
# written, and the rest is counted under one name.
MOST_CELLS = 1_000
MOST_EXAMPLES = 200
EXAMPLES_OF_ONE = 5
SEVERAL = "(several)"
HIDDEN = "…"
_LONGEST_NAME = 100
_LONGEST_TEXT = 300
_LONGEST_PLACE = 200
_MOST_VALUES = 2_000
_SHORTEST_VALUE = 3
_SHORTEST_NUMBER = 4
_KINDS = frozenset({"purchase", "return", "contact", "exposure", "response", "browsing", "custom", "identify"})
# A field's name or a place in a list: no address, no telephone number, nothing with blanks.
_FIELD = re.compile(r"(?!.*[0-9]{4})[A-Za-z_][A-Za-z0-9_]{0,39}|[0-9]{1,4}")


class Cell(NamedTuple):
    """What is counted together. `door` is where the events came in, "" for what the worker did with them; `kind` the
    type of event, "" where it cannot be read; `reason` is a refusal's slug."""

    publisher: str
    door: str
    outcome: Outcome
    kind: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A refused event as far as it may be shown: where in it the fault is, what it is, and what to do."""

    publisher: str
    door: str
    kind: str
    reason: str
    where: str
    what: str
    cure: str


@dataclass(slots=True)
class Tally:
    """What was counted since it was written last."""

    cells: Counter[Cell] = field(default_factory=Counter)
    examples: dict[Example, int] = field(default_factory=dict)
    _shown: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, cell: Cell, number: int) -> None:
        """So many more."""
        if number > 0:
            self.cells[cell if cell in self.cells or len(self.cells) < MOST_CELLS else _rest(cell)] += number

    def wants_example(self, publisher: str, kind: str, reason: str) -> bool:
        """Whether another example of this refusal would be kept."""
        return len(self.examples) < MOST_EXAMPLES and self._shown[publisher, kind, reason] < EXAMPLES_OF_ONE

    def show(self, example: Example) -> None:
        """Keep the example; the same one again is counted."""
        self.examples[example] = self.examples.get(example, 0) + 1
        self._shown[example.publisher, example.kind, example.reason] += 1

    def take(self) -> tuple[Counter[Cell], dict[Example, int]]:
        """Everything, which is to be written; the tally is empty."""
        cells, examples = self.cells, self.examples
        self.cells, self.examples, self._shown = Counter(), {}, Counter()
        return cells, examples

    def put_back(self, cells: Mapping[Cell, int], examples: Mapping[Example, int]) -> None:
        """What could not be written is counted again; examples as far as there is room."""
        for cell, number in cells.items():
            self.add(cell, number)
        for example in examples:
            if self.wants_example(example.publisher, example.kind, example.reason):
                self.show(example)


@dataclass(frozen=True, slots=True)
class CountOfDay:
    """What is counted together, in the last hour and in the last 24."""

    door: str
    outcome: Outcome
    kind: str
    reason: str
    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class MinuteCount:
    """How many events had that outcome within the minute."""

    minute: datetime
    outcome: Outcome
    events: int


@dataclass(frozen=True, slots=True)
class SeenExample:
    """An example, how often it was met, and when last."""

    example: Example
    times: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """What became of one publisher's events."""

    publisher: str
    until: datetime
    counts: list[CountOfDay]
    minutes: list[MinuteCount]
    examples: list[SeenExample]


@dataclass(frozen=True, slots=True)
class PublisherTotals:
    """One publisher's outcomes of the last hour and day."""

    publisher: str
    hour: dict[str, int]
    day: dict[str, int]
    seen_at: datetime


def example_of(publisher: str, door: str, kind: str, fault: Mapping[str, str], message: Any) -> Example:
    """The first fault of a refused event, without anything that stands in `message`: values are hidden wherever a text
    quotes one, and names of fields that are none."""
    values = sorted(set(_values_of(message)), key=len, reverse=True)
    what, cure = (_hidden(fault.get(name, ""), values)[:_LONGEST_TEXT] for name in ("what", "cure"))
    where = place_of(fault.get("where", ""))
    return Example(publisher[:_LONGEST_NAME], door, kind, fault.get("reason", "refused"), where, what, cure)


def kind_of(message: Any, declared: Collection[str] = ()) -> str:
    """By what an event is counted: its type, of own events also the declared name; "" where it has none that is
    known."""
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        return ""
    data = message.get("data") if kind == "custom" else None
    name = data.get("name") if isinstance(data, dict) else None
    return f"custom/{name}" if isinstance(name, str) and name in declared else kind


def place_of(pointer: str) -> str:
    """The pointer, without what cannot be the name of a field."""
    steps = [step if _FIELD.fullmatch(step) else HIDDEN for step in pointer.split("/")[1:]]
    return "".join(f"/{step}" for step in steps)[:_LONGEST_PLACE]


def _rest(cell: Cell) -> Cell:
    return Cell(SEVERAL, cell.door, cell.outcome)


def _hidden(text: str, values: list[str]) -> str:
    text = text.replace("\x00", HIDDEN)
    for value in values:
        if value in text:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text)
    return text


def _values_of(message: Any) -> Iterator[str]:
    waiting, looked_at = [message], 0
    while waiting and looked_at < _MOST_VALUES:
        value = waiting.pop()
        looked_at += 1
        if isinstance(value, dict):
            waiting.extend(value.values())
            yield from (name for name in value if _says_something(name) and not _FIELD.fullmatch(name))
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str):
            if _says_something(value):
                yield value
        elif isinstance(value, int | float) and len(str(value)) >= _SHORTEST_NUMBER:
            yield str(value)


def _says_something(text: str) -> bool:
    """Blanks and single letters are in every text, and nobody's."""
    return len(text.strip()) >= _SHORTEST_VALUE
